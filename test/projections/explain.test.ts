import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { explainFact } from '../../projections/reading/explain.js';
import type { Lineage } from '../../projections/reading/lineage.js';
import { summaryOf } from '../../projections/reading/summary.js';

const test = suite('a fact explained in words');
const AT = '2026-03-01T08:00:00.000Z';

const statement = (source: string, more: Partial<Lineage['value']> = {}): Lineage['value'] => ({
  assertionId: `${source}-1`,
  source,
  patientId: 'p',
  eventId: `event-${source}`,
  position: '7',
  recordedAt: AT,
  sourceVersion: null,
  validTime: { from: null, to: null },
  agrees: true,
  outranked: false,
  ...more,
});
const assertion = (source: string, more: Partial<Lineage['assertions'][number]> = {}): Lineage['assertions'][number] => ({
  assertionId: `${source}-1`,
  patientId: 'p',
  source,
  resourceType: 'Condition',
  live: [],
  past: [],
  retraction: null,
  ...more,
});
const RULE: Lineage['rule'] = {
  name: 'precedence@2',
  strategy: 'authoritative',
  strategyReason: '',
  because: 'It is the only live statement.',
  designation: null,
  settlement: null,
};
const lineage = (more: Partial<Lineage> = {}): Lineage => ({
  factId: 'ehr-1',
  aliases: [],
  category: 'conditions',
  element: null,
  resourceType: 'Condition',
  conflict: false,
  state: 'agreed',
  disputedBy: [],
  takenBackBy: [],
  value: statement('ehr'),
  alternatives: [],
  rule: RULE,
  joinedBy: [],
  keptApart: false,
  settlements: [],
  assertions: [assertion('ehr')],
  ...more,
});
const settlement = (more: Partial<Lineage['settlements'][number]> = {}): Lineage['settlements'][number] => ({
  settlement: 's-1',
  patientId: 'p',
  version: 1,
  statements: 2,
  groups: 1,
  position: '9',
  recordedAt: AT,
  subject: 'steward-1',
  decision: 'choose',
  chosen: 'lis-1',
  reason: 'asked the patient',
  withdrawn: false,
  inForce: true,
  ...more,
});

test('one statement: who, why, and from where', () => {
  assert.equal(explainFact(lineage()), [`ehr says so (recorded ${AT}, event event-ehr, position 7).`, 'Shown because: It is the only live statement.']);
});

test('content stands in it only as far as it is given', () => {
  const other = lineage({ alternatives: [statement('lis', { agrees: false })], conflict: true, state: 'open' });
  assert.not.ok(explainFact(other).some((line) => line.includes('"')));
  const said = explainFact(other, (eventId) => ({ 'event-ehr': 'active', 'event-lis': 'resolved' })[eventId]);
  assert.ok(said[0]?.startsWith('ehr says "active" ('));
  assert.ok(said[2]?.startsWith('lis says otherwise: "resolved" ('));
});

test('what another version of the same record takes the place of is said to be so, whether it agrees or not', () => {
  const alternatives = [statement('lis', { outranked: true }), statement('ris', { agrees: false, outranked: true }), statement('pharmacy')];
  const told = explainFact(lineage({ alternatives })).slice(2, 5);
  const outranked = ', which another version of the same record takes the place of';
  assert.equal(told, [
    `lis says the same (recorded ${AT}, event event-lis, position 7)${outranked}.`,
    `ris says otherwise: so (recorded ${AT}, event event-ris, position 7)${outranked}.`,
    `pharmacy says the same (recorded ${AT}, event event-pharmacy, position 7).`,
  ]);
});

test('version and valid time are told where they are known', () => {
  const value = statement('ehr', { sourceVersion: '3', validTime: { from: '2020-01-01T00:00:00.000Z', to: '2021-01-01T00:00:00.000Z' } });
  assert.is(
    explainFact(lineage({ value }))[0],
    `ehr says so (version 3, true from 2020-01-01T00:00:00.000Z until 2021-01-01T00:00:00.000Z, recorded ${AT}, event event-ehr, position 7).`,
  );
});

test('each state has its sentence', () => {
  const alternatives = [statement('lis', { agrees: false })];
  const told = (state: Lineage['state'], more: Partial<Lineage> = {}) => explainFact(lineage({ alternatives, conflict: true, state, ...more })).join('\n');
  assert.match(told('ruled'), 'the rule decides between them');
  assert.match(told('settled'), 'a steward has decided between them');
  assert.match(told('open'), 'nobody has decided between them yet');
  assert.match(told('agreed', { alternatives: [statement('lis')], conflict: false }), 'All live statements say the same.');
  assert.match(
    told('open', { conflict: false, alternatives: [], takenBackBy: [{ assertionId: 'x', source: 'lis', eventId: 'e' }] }),
    'lis has taken back a record of the same as an error',
  );
});

test('a settlement says who, what, why, and whether it holds', () => {
  const told = (more: Partial<Lineage['settlements'][number]>) =>
    explainFact(lineage({ assertions: [assertion('ehr'), assertion('lis')], settlements: [settlement(more)] })).at(-1);
  assert.is(told({}), `steward-1 chose what lis says on ${AT}, because "asked the patient" (settlement s-1, in force).`);
  assert.match(told({ inForce: false }) ?? '', 'no longer in force: what was judged has changed');
  assert.match(told({ withdrawn: true, inForce: false }) ?? '', ', taken back since)');
  assert.match(told({ decision: 'keep-both', chosen: null, inForce: null }) ?? '', 'let the statements stand side by side on');
  assert.match(told({ decision: 'not-same', chosen: null, inForce: null }) ?? '', 'were not the same fact');
  assert.match(told({ decision: 'same', chosen: null }) ?? '', 'are the same fact');
});

test('what it cannot be true beside, what made it one, what was said before', () => {
  const told = explainFact(
    lineage({
      disputedBy: [
        { factId: 'f-2', settlement: null },
        { factId: 'f-3', settlement: 's-9' },
      ],
      joinedBy: [{ token: 't', assertionIds: ['ehr-1', 'lis-1'] }],
      keptApart: true,
      assertions: [
        assertion('ehr', { past: [{ eventId: 'e', eventType: 'fact-recorded', position: '1', recordedAt: AT }] }),
        assertion('lis', { retraction: { eventId: 'e', eventType: 'fact-retracted', position: '1', recordedAt: AT, reason: 'duplicate' } }),
      ],
    }),
  ).slice(2);
  assert.equal(told, [
    'It cannot be true beside fact f-2, and nobody has decided yet.',
    'It cannot be true beside fact f-3, and a steward let both stand (settlement s-9).',
    'One fact, because ehr and lis share one name for it (keyed: t).',
    'Statements that share a name with it were kept apart.',
    `ehr said otherwise in an earlier version (record ehr-1, last on ${AT}).`,
    `lis took its record back on ${AT}: duplicate.`,
  ]);
});

test('what nobody can open is said to be damaged, whether it is the value or says otherwise', () => {
  const alternatives = [statement('lis', { agrees: false })];
  const told = explainFact(lineage({ alternatives, conflict: true, state: 'open' }), () => null);
  assert.is(told.filter((line) => line.includes('what cannot be opened: its content is damaged')).length, 2);
});

test('how long it is true, how often it was said otherwise and by how many names it is one are told', () => {
  const past = ['1', '2'].map((position) => ({ eventId: position, eventType: 'fact-recorded', position, recordedAt: AT }));
  const value = statement('ehr', { validTime: { from: '2020-01-01', to: '2020-12-31' } });
  const joinedBy = [
    { token: 't', assertionIds: ['ehr-1', 'lis-1'] },
    { token: 'u', assertionIds: ['ehr-1', 'lis-1'] },
  ];
  const told = explainFact(lineage({ value, joinedBy, assertions: [assertion('ehr', { past }), assertion('lis')] })).join('\n');
  assert.match(told, 'true from 2020-01-01 until 2020-12-31');
  assert.match(told, 'in 2 earlier versions');
  assert.match(told, 'ehr and lis share 2 names for it (keyed: t)');
});

test('a designation is told in its own words', () => {
  const designation = {
    eventId: 'd',
    revision: 1,
    scope: { patientId: null, codes: null, organization: null, category: null, element: null },
    sources: ['ehr'],
    effectiveFrom: AT,
  };
  const told = explainFact(lineage({ rule: { ...RULE, designation: { ...designation, words: 'For everything: ehr.' } } }));
  assert.is(told[2], 'Designated: For everything: ehr.');
});

test.run();

const summary = suite('a resource in a few words');

const written = (more: string, type = 'Observation') => summaryOf(`{"resourceType":"${type}"${more}}`);

summary('a value keeps the digits that were written', () => {
  assert.is(written(',"status":"final","code":{"text":"pulse"},"valueQuantity":{"value":7.00,"unit":"1/min"}'), 'pulse, 7.00 1/min, final');
  assert.is(written(',"code":{"text":"x"},"valueQuantity":{"comparator":"<","value":1.10e1,"code":"mg"}'), 'x, < 1.10e1 mg');
  assert.is(
    written(',"code":{"text":"panel"},"component":[ {"code":{"text":"systolic"},"valueQuantity":{"value":120.0,"unit":"mmHg"}} ]'),
    'systolic, 120.0 mmHg',
  );
});

summary('a person is their names, dates and numbers, alive or not', () => {
  assert.is(written(',"deceasedBoolean":true,"name":[{"given":"Ada","family":"Lovelace"}]', 'Patient'), 'Ada Lovelace, deceased');
  assert.is(written(',"deceasedBoolean":false,"telecom":[{"value":"1"}]', 'Patient'), '1, not deceased');
});

summary('of a measurement without a number, or a panel without a value, what there is', () => {
  assert.is(written(',"code":{"text":"x"},"valueQuantity":{"unit":"mg"}'), 'x, mg');
  assert.is(written(',"code":{"text":"panel"},"component":[{"code":{"text":"part"}}]'), 'part');
});

summary('a concept is its text, its display or its code', () => {
  assert.is(written(',"code":{"coding":[{"code":"1","display":"one"}]},"valueCodeableConcept":{"coding":[{"code":"2"}]}'), 'one, 2');
  assert.is(written(',"vaccineCode":{"text":"flu"},"status":"completed"', 'Immunization'), 'flu, completed');
  assert.is(written('', 'Basic'), 'Basic');
});

summary('a person is told by what the element says', () => {
  const told = (more: string) => written(more, 'Patient');
  assert.is(told(',"name":[{"given":["Ada",null],"family":"Lovelace"}]'), 'Ada Lovelace');
  assert.is(told(',"address":[{"line":["1 Main St"],"city":"Town"}],"deceasedBoolean":false'), '1 Main St Town, not deceased');
  assert.is(told(',"telecom":[{"value":"1"}],"identifier":[{"value":"2"}],"birthDate":"1960"'), '1960, 1, 2');
});

summary('digits that lie too deep to be found as they were written are left out, never rounded', () => {
  const deep = `${'['.repeat(200)}${']'.repeat(200)}`;
  assert.is(written(`,"code":{"text":"x"},"valueQuantity":{"value":7.00,"unit":"mg"},"extension":${deep}`), 'x, mg');
  assert.is(written(`,"component":[{"code":{"text":"systolic"},"valueQuantity":{"value":120.0,"unit":"mmHg"},"extension":${deep}}]`), 'systolic, mmHg');
});

summary('it is never long, and never fails', () => {
  assert.ok(written(`,"code":{"text":"${'x'.repeat(500)}"}`).length < 170);
  for (const text of ['1', 'null', '[]', '{}', '{"resourceType":5}', '{"resourceType":"Patient","name":5}', '{"resourceType":"Observation","component":[1]}'])
    assert.type(summaryOf(text), 'string');
});

summary.run();
