import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { groupIntoFacts } from '../../../domain/resolution/grouping.js';
import type { Assertion } from '../../../schemas/read-models/fact.js';
import { anyAssertions, assertionOf, OWNER, recordOf, shuffled } from './facts.js';

const test = suite('what is the same fact');

const groups = (...assertions: readonly Assertion[]) => groupIntoFacts(OWNER, assertions).map((fact) => fact.assertions.map(({ source }) => source));

test('two sources that share a name of it speak of the same fact', () => {
  assert.equal(groups(assertionOf('ehr', '1', [{ about: ['a'] }]), assertionOf('lis', '9', [{ about: ['a', 'b'] }])), [['ehr', 'lis']]);
  assert.equal(groups(assertionOf('ehr', '1', [{ about: ['a'] }]), assertionOf('lis', '9', [{ about: ['b'] }])), [['ehr'], ['lis']]);
});

test('a third joins two that share nothing with each other', () => {
  assert.equal(
    groups(assertionOf('ehr', '1', [{ about: ['a'] }]), assertionOf('lis', '1', [{ about: ['b'] }]), assertionOf('ris', '1', [{ about: ['a', 'b'] }])),
    [['ehr', 'lis', 'ris']],
  );
});

test("one source's records are never joined by a name alone, since it knows its own list", () => {
  assert.equal(groups(assertionOf('ehr', '1', [{ about: ['a'] }]), assertionOf('ehr', '2', [{ about: ['a'] }])), [['ehr'], ['ehr']]);
});

test('another category or another element is another fact, whatever the name', () => {
  const one = assertionOf('ehr', '1', [{ about: ['a'] }]);
  assert.is(groups(one, assertionOf('lis', '1', [{ about: ['a'] }], { category: 'conditions' })).length, 2);
  assert.is(groups(one, assertionOf('lis', '1', [{ about: ['a'] }], { element: 'name' })).length, 2);
});

test('what only dead versions named joins nothing', () => {
  assert.is(groups(assertionOf('ehr', '1', [{ about: ['a'] }]), assertionOf('lis', '1', [])).length, 2);
});

test('a fact is named after its smallest source record, and a demographic one after its element too', () => {
  const [small, large] = [assertionOf('ehr', '1', [{ about: ['a'] }]), assertionOf('lis', '1', [{ about: ['a'] }])];
  assert.is(groupIntoFacts(OWNER, [large, small])[0]?.factId, small.assertionId);
  assert.is(groupIntoFacts(OWNER, [{ ...large, element: 'name' }])[0]?.factId, `${large.assertionId}.name`);
});

test('the order in which assertions lie changes nothing, byte for byte', () => {
  fc.assert(
    fc.property(shuffled(anyAssertions), ([inOrder, otherwise]) => {
      assert.is(recordOf(inOrder), recordOf(otherwise));
    }),
    { numRuns: 300 },
  );
});

test('every assertion is in exactly one fact', () => {
  fc.assert(
    fc.property(anyAssertions, (assertions) => {
      const ids = groupIntoFacts(OWNER, assertions).flatMap((fact) => fact.assertions.map(({ assertionId }) => assertionId));
      assert.equal(ids.sort(), assertions.map(({ assertionId }) => assertionId).sort());
    }),
  );
});

test('two records of one source are in one fact only if another source joins them', () => {
  fc.assert(
    fc.property(anyAssertions, (assertions) => {
      for (const fact of groupIntoFacts(OWNER, assertions)) {
        const sources = new Set(fact.assertions.map(({ source }) => source));
        if (fact.assertions.length > 1) assert.ok(sources.size > 1);
      }
    }),
  );
});

test('an assertion about something else changes nothing', () => {
  fc.assert(
    fc.property(anyAssertions, (assertions) => {
      const stranger = assertionOf('zzz', 'stranger', [{ about: ['of its own'], value: 'stranger' }]);
      const facts = groupIntoFacts(OWNER, [...assertions, stranger]).filter(({ factId }) => factId !== stranger.assertionId);
      assert.equal(facts, groupIntoFacts(OWNER, assertions));
    }),
  );
});

test.run();
