import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DIABETES, MARKERS, type MaskedWorld, masked, maskedWorld, NOTES, PULSE, typed } from './masked-world.js';

const test = suite<MaskedWorld>('what leaves is looked at once more', {} as MaskedWorld);

/** The same with notes as they were written, and each thing that can be done about what they hold. */
const outbound = (action: string) => ({
  ...NOTES,
  name: `notes-${action}`,
  rules: [{ path: 'Annotation.text', mask: { kind: 'keep' } }],
  outbound: action,
  readers: [...NOTES.readers, { role: 'steward', purposes: ['DATAMGT'] }],
});
/** For readers of feeds: texts to consumers for operations are masked, and to those who coordinate held. */
const OUTBOUND = [
  {
    name: 'billing',
    version: 1,
    description: 'No names in notes.',
    readers: [{ role: 'consumer', purposes: ['HOPERAT'] }],
    types: ['name'],
    atLeast: 'likely',
    action: 'mask',
  },
  {
    name: 'homes',
    version: 1,
    description: 'Looked at.',
    readers: [{ role: 'consumer', purposes: ['COORDIN'] }],
    types: ['phone'],
    atLeast: 'likely',
    action: 'hold',
  },
];
const ACTIONS = ['ignore', 'mark', 'mask', 'hold', 'block'];

test.before(async (world) => {
  Object.assign(world, await maskedWorld({ 'masking-policies.json': ACTIONS.map(outbound), 'outbound-policies.json': OUTBOUND }));
});
test.after(({ house }) => house.close());

test('texts that a policy lets through are looked at once more: what names the person is marked, masked, held or blocks the answer', async (world) => {
  const noteUnder = async (action: string) => {
    const answer = await masked(world, `notes-${action}`, 'steward', { purpose: 'DATAMGT' });
    assert.is(answer.status, 200, answer.text);
    return typed(answer, 'Condition').note[0].text;
  };
  assert.is(await noteUnder('ignore'), 'Quimby calls from (555) 010-9988');
  assert.is(await noteUnder('mark'), '[name: Quimby] calls from ([phone: 555) 010-9988]');
  assert.is(await noteUnder('mask'), '[name] calls from ([phone]');
});

test('what is held waits for a privacy officer, who sees it marked; others are told what it is, and not what it says', async (world) => {
  const held = await masked(world, 'notes-hold', 'steward', { purpose: 'DATAMGT' });
  assert.is(held.status, 200, held.text);
  assert.is(typed(held, 'Condition'), undefined);
  const [one] = held.json.held;
  assert.equal([held.json.held.length, one.resourceType, one.found], [1, 'Condition', ['name', 'phone']]);
  for (const marker of MARKERS) assert.not.ok(held.text.includes(marker), marker);
  const seen = await masked(world, 'notes-hold', 'privacy-officer', { purpose: 'LEGAL' });
  assert.equal([seen.json.held, typed(seen, 'Condition').id], [[], one.id]);
  assert.match(typed(seen, 'Condition').note[0].text, '[name: Quimby]');
});

test('a policy that blocks hands out nothing of an answer that names the person, and the refusal is on record', async (world) => {
  const answer = await masked(world, 'notes-block', 'steward', { purpose: 'DATAMGT' });
  assert.equal([answer.status, answer.json.code, answer.json.errors], [403, 'answer-holds-identifiers', [{ pointer: '/resources', rule: 'name, phone' }]]);
  const last = (await world.house.accesses()).at(-1);
  assert.equal([last.data.outcome, last.data.code, last.data.rule], ['refused', 'answer-holds-identifiers', 'notes-block@1']);
});

test('a feed is looked through for readers who have an outbound policy: masked, held, and to the byte as written for all others', async ({ house }) => {
  const items = async (purpose: string) => {
    const answer = await house.get('/v1/feeds/facts', await house.token('consumer', 'feeds', { purpose }));
    assert.is(answer.status, 200, answer.text);
    return {
      text: answer.text,
      data: answer.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).data),
    };
  };
  const [treating, billing, homes] = [await items('TREAT'), await items('HOPERAT'), await items('COORDIN')];
  assert.ok(treating.text.includes(JSON.stringify(DIABETES).slice(1, 60)));
  const [masked, , hidden, pulse] = billing.data;
  assert.equal([hidden.resource, pulse.resource], [null, PULSE], 'what is withheld stays so, and what holds nothing is as it was written');
  assert.equal(masked.resource.code, { coding: [{ ...DIABETES.code.coding[0], display: 'of [name]' }], text: '[name] has it' });
  assert.equal([masked.resource.subject.display, masked.resource.recorder.display], ['[name]', 'Dr [name]']);
  assert.match(JSON.stringify(masked.resource), '010-9988', 'what the policy does not name stays');
  const [held] = homes.data;
  assert.equal([held.resource, held.sourceRecordId, held.held], [null, null, ['phone']]);
  assert.equal(Object.keys(held).sort(), [...Object.keys(treating.data[0]), 'held'].sort(), 'and says what else it says of the event');
});

test.run();
