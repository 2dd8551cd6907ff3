import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { groupIntoFacts } from '../../../domain/resolution/grouping.js';
import { resolveFact } from '../../../domain/resolution/resolve.js';
import type { Assertion, Fact } from '../../../schemas/read-models/fact.js';
import { token } from '../given.js';
import { anyAssertions, anyDesignations, assertionOf, by, designation, headOf, OWNER, recordOf, shuffled } from './facts.js';

const test = suite('which statement is believed');

const factOf = (...assertions: readonly Assertion[]) => groupIntoFacts(OWNER, assertions)[0] as Fact;
const joined = (source: string, more: { value?: string; from?: string | null; version?: string | null } = {}, category = 'allergies') =>
  assertionOf(source, '1', [{ about: ['same'], value: source, ...more }], { category });
const winnerOf = (fact: Fact, ...designations: readonly ReturnType<typeof designation>[]) => resolveFact(fact, by(designations))?.winner.assertion.source;

test('the source believed most wins, and everyone else stays as an alternative in their order', () => {
  const fact = factOf(joined('ehr'), joined('lis'), joined('pharmacy'));
  const resolution = resolveFact(fact, by([designation(['pharmacy', 'lis'])]));
  assert.is(resolution?.winner.assertion.source, 'pharmacy');
  assert.equal(
    resolution?.alternatives.map(({ assertion }) => assertion.source),
    ['lis', 'ehr'],
  );
  assert.ok(resolution?.conflict);
});

test('without a designation the later valid time wins, and an unknown time loses', () => {
  const fact = factOf(joined('ehr'), joined('lis', { from: '2020-01-01T00:00:00.000Z' }), joined('ris', { from: '2021-01-01T00:00:00.000Z' }));
  assert.is(winnerOf(fact), 'ris');
  assert.is(winnerOf(fact, designation(['lis'])), 'lis');
});

test('for vital signs the later valid time goes before rank: a later measurement is no contradiction', () => {
  const fact = factOf(joined('ehr', { from: '2020-01-01T00:00:00.000Z' }, 'vital-signs'), joined('lis', { from: '2021-01-01T00:00:00.000Z' }, 'vital-signs'));
  assert.is(winnerOf(fact, designation(['ehr'])), 'lis');
  const atOnce = factOf(joined('ehr', {}, 'vital-signs'), joined('lis', {}, 'vital-signs'));
  assert.is(winnerOf(atOnce, designation(['lis'])), 'lis');
});

test('between equals the name of the source decides, never the version of another', () => {
  assert.is(winnerOf(factOf(joined('lis', { version: '9' }), joined('ehr', { version: '1' }))), 'ehr');
});

test('within one source the higher version goes first', () => {
  const two = factOf(joined('ehr', { version: '1' }), joined('lis'), assertionOf('ehr', '2', [{ about: ['same'], value: 'newer', version: '2' }]));
  assert.is(resolveFact(two, by())?.winner.head.sourceVersion, '2');
});

test('equal values are no conflict, and all of them are attributed', () => {
  const resolution = resolveFact(factOf(joined('ehr', { value: 'same' }), joined('lis', { value: 'same' })), by());
  assert.not.ok(resolution?.conflict);
  assert.is(resolution?.alternatives.length, 1);
});

test('a source whose versions do not compare is in conflict with itself', () => {
  const fact = factOf(
    assertionOf('ehr', '1', [
      { version: 'a', value: 'x' },
      { version: 'b', value: 'y' },
    ]),
  );
  assert.ok(resolveFact(fact, by())?.conflict);
});

test('nothing live is nothing to say', () => {
  assert.is(resolveFact(factOf(assertionOf('ehr', '1', [])), by()), undefined);
  assert.is(resolveFact(factOf(joined('ehr')), by([], { live: () => false })), undefined);
});

test('the designations of the asked instant rule, not those of today', () => {
  const fact = factOf(joined('ehr'), joined('lis'));
  const designations = [designation(['ehr']), designation(['lis'], { revision: 2, effectiveFrom: '2026-05-01T00:00:00.000Z' })];
  assert.is(resolveFact(fact, by(designations))?.winner.assertion.source, 'lis');
  assert.is(resolveFact(fact, by(designations, { at: '2026-02-01T00:00:00.000Z' }))?.winner.assertion.source, 'ehr');
});

test('any order of assertions, of their live versions and of designations gives the same record, byte for byte', () => {
  const versionsShuffled = (assertions: Assertion[]) =>
    fc
      .tuple(...assertions.map((one) => fc.shuffledSubarray(one.heads, { minLength: one.heads.length })))
      .map((all) => assertions.map((one, n) => ({ ...one, heads: all[n] ?? [] })));
  const cases = fc
    .tuple(shuffled(anyAssertions), shuffled(anyDesignations))
    .chain(([[left, right], designations]) => fc.tuple(fc.constant(left), versionsShuffled(right), fc.constant(designations)));
  fc.assert(
    fc.property(cases, ([left, right, [designations, shuffledDesignations]]) => {
      assert.is(recordOf(left, designations), recordOf(right, shuffledDesignations));
    }),
    { numRuns: 400 },
  );
});

test('the order of ties is total: no two statements stand on one place', () => {
  const versions = ['1', '2', '3', 'x', 'y', null, '2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00'];
  const heads = fc.uniqueArray(fc.record({ version: fc.constantFrom(...versions), value: fc.constantFrom('v', 'w') }), {
    minLength: 2,
    maxLength: 6,
    selector: (head) => JSON.stringify(head),
  });
  fc.assert(
    fc.property(shuffled(heads), shuffled(heads), ([left, leftAgain], [right, rightAgain]) => {
      const glue = assertionOf('lis', '1', [{ about: ['same'], value: 'glue' }]);
      const same = (all: readonly object[]) => all.map((head) => ({ ...head, about: ['same'] }));
      const orderOf = (a: readonly object[], b: readonly object[]) => {
        const resolution = resolveFact(factOf(assertionOf('ehr', '1', same(a)), assertionOf('ehr', '2', same(b)), glue), by());
        return [resolution?.winner, ...(resolution?.alternatives ?? [])].map((candidate) => [
          candidate?.assertion.recordKey,
          candidate?.head.sourceVersion,
          candidate?.head.value,
        ]);
      };
      assert.equal(orderOf(left, right), orderOf(leftAgain, rightAgain));
    }),
    { numRuns: 300 },
  );
});

test('a statement about something else changes no other fact', () => {
  fc.assert(
    fc.property(anyAssertions, anyDesignations, (assertions, designations) => {
      const stranger = assertionOf('zzz', 'stranger', [{ about: ['of its own'] }]);
      const others = JSON.parse(recordOf([...assertions, stranger], designations)) as { fact: Fact }[];
      const without = others.filter(({ fact }) => fact.factId !== stranger.assertionId);
      assert.is(JSON.stringify(without), JSON.stringify(JSON.parse(recordOf(assertions, designations))));
    }),
  );
});

test('nothing that tells of arrival has a say: positions, event ids and our clock may be anything', () => {
  fc.assert(
    fc.property(anyAssertions, fc.infiniteStream(fc.nat()), (assertions, numbers) => {
      const moved = assertions.map((one) => ({
        ...one,
        heads: one.heads.map((head) => ({
          ...head,
          position: String(numbers.next().value),
          eventId: token(String(numbers.next().value)),
          recordedAt: `${numbers.next().value}`,
        })),
      }));
      const winners = (all: readonly Assertion[]) => groupIntoFacts(OWNER, all).map((fact) => resolveFact(fact, by())?.winner.head.contentToken);
      assert.equal(winners(moved), winners(assertions));
    }),
  );
});

test('a head of the same content under two labels has its place by the label', () => {
  const heads = [headOf('r', { version: 'b' }), headOf('r', { version: 'a' })];
  const first = (all: typeof heads) => resolveFact(factOf({ ...assertionOf('ehr', '1'), heads: all }), by())?.winner.head.sourceVersion;
  assert.is(first(heads), 'a');
  assert.is(first(heads.toReversed()), 'a');
});

test.run();
