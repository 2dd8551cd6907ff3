import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { foldFacts } from '../../domain/record/fold.js';
import { recordProjection } from '../../projections/record.js';
import { isAssertion, type LedgerEvent } from '../../schemas/catalogue.js';
import type { PatientGroup } from '../../schemas/events/patients-merged.js';
import type { Fact } from '../../schemas/read-models/fact.js';
import { PATIENT, records } from '../domain/record/saying.js';
import { runs } from '../support/runs.js';
import { byKey, pagesOf, recorded, recordText, rowsAfter } from './folding.js';
import { anySteps, OTHER, type Step, Tale, TENANT } from './resolving.js';

const test = suite('the record of merged patients');

/** The facts of whoever is one person now, from their own streams and nobody else's. */
function factsNow(tale: Tale): Fact[] {
  const last = tale.events.findLast(({ type }) => type === 'patients-merged' || type === 'patients-unmerged');
  const groups: PatientGroup[] = last?.type === 'patients-merged' ? [last.data.group] : [PATIENT, OTHER].map((root) => ({ root, members: [root] }));
  const inStreamOf = (group: PatientGroup, { data }: LedgerEvent) => 'patientId' in data && group.members.includes(data.patientId ?? '');
  return groups.flatMap((group) =>
    foldFacts(
      TENANT,
      group,
      recorded(tale.events).filter(({ event }) => inStreamOf(group, event)),
    ),
  );
}

/** What was settled while a patient was merged is remembered with their statements, and holds for nobody after the parting. */
function withoutForeign(facts: readonly Fact[]): Fact[] {
  return facts
    .map((fact) => ({
      ...fact,
      assertions: fact.assertions.map((one) => ({ ...one, judgements: one.judgements.filter(({ patientId }) => fact.members.includes(patientId)) })),
    }))
    .sort(byKey);
}

async function factsIn(tale: Tale, sizes: readonly number[] = []): Promise<Fact[]> {
  const rows = await rowsAfter(recordProjection, pagesOf(recorded(tale.events), sizes));
  return rows.filter(({ key }) => key.startsWith(`${TENANT}/`)).map(({ value }) => value as Fact);
}

test('event by event, in pages that end anywhere, the rows hold what the streams of whoever is one person make', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(anySteps, sizes, async (steps, cuts) => {
      const tale = new Tale().tell(...steps);
      const [rows, folded] = [await factsIn(tale, cuts), factsNow(tale)];
      assert.equal(withoutForeign(rows), withoutForeign(folded));
      assert.is(await recordText(rows.sort(byKey)), await recordText(folded.sort(byKey)));
    }),
    { numRuns: runs(600) },
  );
});

const says = (who: string, source: string, words: string, record = '1'): Step => ({
  kind: 'says',
  who,
  command: records({ source, record, words, about: ['a'], category: 'allergies' }),
});
const MERGE: Step = { kind: 'merges' };
const UNMERGE: Step = { kind: 'unmerges' };
const allergies = (facts: readonly Fact[]) => facts.filter(({ category }) => category === 'allergies');
const saidIn = (facts: readonly Fact[]) => allergies(facts).map(({ assertions }) => assertions.map(({ source, patientId }) => [source, patientId]));

test("one source's two lists of what was one person meet, and part again as they were", async () => {
  const before = new Tale().tell(says(PATIENT, 'ehr', 'p'), says(OTHER, 'ehr', 'q'));
  const merged = new Tale().tell(says(PATIENT, 'ehr', 'p'), says(OTHER, 'ehr', 'q'), MERGE);
  const parted = new Tale().tell(says(PATIENT, 'ehr', 'p'), says(OTHER, 'ehr', 'q'), MERGE, UNMERGE);
  assert.is(saidIn(await factsIn(before)).length, 2);
  assert.is(saidIn(await factsIn(merged)).length, 1);
  assert.is(await recordText(await factsIn(parted)), await recordText(await factsIn(before)));
});

test('what a patient was told to be while merged is not said of them after the parting', async () => {
  const tale = [says(OTHER, 'ehr', 'p'), says(OTHER, 'lis', 'q'), says(PATIENT, 'ris', 'p', '9'), MERGE] as const;
  const settled: Step = { kind: 'settles', nth: 0, decision: 'choose' };
  const during = JSON.parse(await recordText(allergies(await factsIn(new Tale().tell(...tale, settled)))));
  assert.equal(
    during.map(({ state }: { state: string }) => state),
    ['settled'],
  );
  const after = JSON.parse(await recordText(allergies(await factsIn(new Tale().tell(...tale, settled, UNMERGE)))));
  assert.equal(after.map(({ state }: { state: string }) => state).sort(), ['agreed', 'open']);
  assert.ok(after.every(({ rule }: { rule: { settlement: unknown } }) => rule.settlement === null));
});

test('a settlement that is taken back after the parting moves no fact to anybody else', async () => {
  const tale = [says(OTHER, 'ehr', 'p'), says(PATIENT, 'lis', 'q'), MERGE, { kind: 'settles', nth: 0, decision: 'keep-both' }, UNMERGE] as const;
  const before = saidIn(await factsIn(new Tale().tell(...tale)));
  assert.equal(saidIn(await factsIn(new Tale().tell(...tale, { kind: 'reopens', nth: 0 }))), before);
});

test('names that come late, after the patients were parted, reach nobody else', async () => {
  const tale = new Tale().tell(says(PATIENT, 'lis', 'p'), says(OTHER, 'ehr', 'q'), MERGE);
  const translation = tale.events.find(({ type }) => type === 'statements-translated') as LedgerEvent;
  const others = tale.events.filter((event) => event !== translation && !isAssertion(event));
  const said = tale.events.filter(isAssertion);
  const parted = new Tale().tell(says(PATIENT, 'lis', 'p'), says(OTHER, 'ehr', 'q'), MERGE, UNMERGE).events.at(-1) as LedgerEvent;
  const rows = await rowsAfter(recordProjection, [recorded([...said, ...others, parted, translation])]);
  assert.equal(saidIn(rows.filter(({ key }) => key.startsWith(`${TENANT}/`)).map(({ value }) => value as Fact)), [[['ehr', OTHER]], [['lis', PATIENT]]].sort());
});

test('facts of two members that were kept apart are still told apart when one of them changes', async () => {
  const tale = [says(PATIENT, 'ehr', 'p'), says(OTHER, 'lis', 'q'), MERGE, { kind: 'settles', nth: 0, decision: 'not-same' }] as const;
  const apart = await factsIn(new Tale().tell(...tale));
  assert.is(saidIn(apart).length, 2);
  assert.ok(allergies(apart).every(({ cut }) => cut));
  // Another record of one of them: the verdict stands, and both facts must still be looked at.
  const more = new Tale().tell(...tale, says(PATIENT, 'ris', 'p', '7'));
  assert.equal(withoutForeign(await factsIn(more)), withoutForeign(factsNow(more)));
  // The judged one says something new: the verdict is over.
  const changed: Step = { kind: 'says', who: PATIENT, command: records({ source: 'ehr', record: '1', version: '2', words: 'new', about: ['a'] }) };
  assert.is(saidIn(await factsIn(new Tale().tell(...tale, changed))).length, 1);
});

test.run();
