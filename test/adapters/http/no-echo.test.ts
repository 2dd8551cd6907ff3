import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runs } from '../../support/runs.js';
import { allergy, House, person } from './house.js';

interface World {
  house: House;
  ehr: string;
  patientId: string;
}

const test = suite<World>('problem bodies', {} as World);
const MARK = 'Zyxwvut';

test.before(async (world) => {
  Object.assign(world, await House.withPatient());
});
test.after(({ house }) => house.close());

/** The mark put somewhere into a JSON value: as a value, as a member, as a member's name. */
function marked(value: unknown): fc.Arbitrary<unknown> {
  const here = fc.constantFrom<unknown>(MARK, { [MARK]: 1 }, [MARK], { resourceType: MARK }, { ...(typeof value === 'object' ? value : {}), [MARK]: MARK });
  if (typeof value !== 'object' || value === null) return here;
  const members = Object.entries(value);
  if (members.length === 0) return here;
  const inside = fc
    .constantFrom(...members)
    .chain(([name, member]) => marked(member).map((changed) => (Array.isArray(value) ? [changed] : { ...value, [name]: changed })));
  return fc.oneof({ weight: 1, arbitrary: here }, { weight: 3, arbitrary: inside });
}

test('whatever is sent, no refusal quotes it', async ({ house, ehr, patientId }) => {
  const steward = await house.token('steward');
  const bodies: readonly (readonly [string, string, object])[] = [
    [
      'record-fact',
      ehr,
      {
        patientId,
        resource: { ...allergy(), reaction: [{ manifestation: [{ text: 'x' }] }] },
        sourceRecordId: 'a1',
        sourceVersion: '1',
        effectiveAt: '2020-01-01T00:00:00Z',
      },
    ],
    ['record-fact', ehr, { identifier: { system: 'urn:x', value: '1' }, resource: allergy(), sourceRecordId: 'a1' }],
    ['register-patient', ehr, { resource: person(), sourceRecordId: 'p1' }],
    ['correct-fact', ehr, { patientId, resource: allergy(), sourceRecordId: 'a1', reason: 'correction' }],
    ['retract-fact', ehr, { patientId, sourceRecordId: 'a1', reason: 'duplicate' }],
    ['register-source', steward, { sourceId: 'ehr', displayName: 'x', kind: 'ehr' }],
    ['designate-system-of-record', steward, { scope: { category: 'allergies' }, sources: ['ehr'], reason: 'x' }],
  ];
  const sent = fc.constantFrom(...bodies).chain(([name, token, body]) => marked(body).map((changed) => ({ name, token, text: JSON.stringify(changed) })));
  const cut = fc
    .tuple(sent, fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([one, part]) => ({ ...one, text: one.text.slice(0, Math.floor(one.text.length * part)) }));
  await fc.assert(
    fc.asyncProperty(fc.oneof({ weight: 4, arbitrary: sent }, { weight: 1, arbitrary: cut }), async ({ name, token, text }) => {
      const answer = await house.command(name, text, token);
      if (answer.status < 300) return;
      assert.ok(answer.status < 500, `${answer.status} for ${text}`);
      assert.not.ok(answer.text.toLowerCase().includes(MARK.toLowerCase()), answer.text);
    }),
    { numRuns: runs(800) },
  );
});

test('neither does the answer to a line, an address, a header or a token', async ({ house, ehr, patientId }) => {
  const { lines } = await house.bulk([`{"command":"${MARK}","body":{}}`, `{"${MARK}":1}`, MARK, `{"command":"record-fact","body":{"${MARK}":1}}`], ehr);
  const clinician = await house.token('clinician');
  const answers = [
    await house.get(`/${MARK}`, clinician),
    await house.get(`/v1/patients/${MARK}/record`, clinician),
    await house.get(`/v1/patients/${patientId}/record?${MARK}=1`, clinician),
    await house.get(`/v1/patients/${patientId}/record?category=${MARK}&validAt=${MARK}`, clinician),
    await house.get(`/v1/patients/${patientId}/record?knownAt=${MARK}`, clinician),
    await house.get(`/v1/patients/${patientId}/record`, clinician, { 'minimum-position': MARK }),
    await house.get(`/v1/patients?identifier=${MARK}`, clinician),
    await house.get(`/v1/feeds/${MARK}`, await house.token('consumer')),
    await house.get('/v1/feeds/facts', `Bearer ${MARK}`),
    await house.command(MARK, '{}', ehr),
    await house.command('record-fact', '{}', ehr, { 'idempotency-key': `${MARK} x` }),
    await house.command('record-fact', '{}', ehr, { 'if-match': MARK }),
    await house.command('record-fact', '{}', ehr, { 'content-type': `text/${MARK}` }),
  ];
  for (const answer of answers) {
    assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status}`);
    assert.not.ok(answer.text.includes(MARK), answer.text);
  }
  assert.is(lines.length, 4);
  assert.not.ok(JSON.stringify(lines).includes(MARK));
});

test.run();
