import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Designation, rankOf, rulingDesignation } from '../../../domain/authority/precedence.js';
import { anyDesignations, designation, NOW, shuffled } from '../resolution/facts.js';

const test = suite('which designation rules');

const NAME = { category: 'demographics', element: 'name' };
const everything = designation(['ehr']);
const byElement = designation(['lis'], { scope: { category: null, element: 'name' } });
const byCategory = designation(['ris'], { scope: { category: 'demographics', element: null } });
const byBoth = designation(['pharmacy'], { scope: NAME });

test('the most specific scope rules: both, category, element, everything', () => {
  const order = [byBoth, byCategory, byElement, everything];
  for (const [index, expected] of order.entries()) assert.is(rulingDesignation(order.slice(index).toReversed(), NAME, NOW), expected);
  assert.is(rulingDesignation([], NAME, NOW), undefined);
});

test('a designation of something else does not rule', () => {
  assert.is(rulingDesignation([byBoth, byElement], { category: 'allergies', element: null }, NOW), undefined);
  assert.is(rulingDesignation([everything], { category: 'allergies', element: null }, NOW), everything);
});

test('of one scope the later effective date rules, and of one date the later version', () => {
  const [early, late] = ['2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'];
  const first = designation(['a'], { effectiveFrom: late, revision: 1 });
  const second = designation(['b'], { effectiveFrom: early, revision: 2 });
  const third = designation(['c'], { effectiveFrom: late, revision: 3 });
  assert.is(rulingDesignation([first, second], NAME, NOW), first);
  assert.is(rulingDesignation([third, first, second], NAME, NOW), third);
});

test('what is not yet in force does not rule, and from its first instant it does', () => {
  const future = designation(['lis'], { effectiveFrom: NOW, revision: 2 });
  assert.is(rulingDesignation([everything, future], NAME, '2026-05-31T23:59:59.999Z'), everything);
  assert.is(rulingDesignation([everything, future], NAME, NOW), future);
});

test('specificity goes before date: a category beats a later word on everything', () => {
  assert.is(rulingDesignation([byCategory, designation(['x'], { effectiveFrom: '2026-05-01T00:00:00.000Z', revision: 9 })], NAME, NOW), byCategory);
});

test('who rules does not depend on the order of the designations', () => {
  fc.assert(
    fc.property(shuffled(anyDesignations), fc.constantFrom('allergies', 'vital-signs'), fc.constantFrom(null, 'name'), ([left, right], category, element) => {
      assert.is(rulingDesignation(left, { category, element }, NOW), rulingDesignation(right, { category, element }, NOW));
    }),
  );
});

test('the ruling one is in force, fits, and no other that does is more specific, later, or newer', () => {
  const weight = ({ scope, effectiveFrom, revision }: Designation) =>
    `${(scope.category === null ? 0 : 2) + (scope.element === null ? 0 : 1)}|${effectiveFrom}|${revision}`;
  fc.assert(
    fc.property(anyDesignations, (designations) => {
      const about = { category: 'allergies', element: 'name' };
      const fitting = designations.filter(
        ({ scope, effectiveFrom }) =>
          effectiveFrom <= NOW && (scope.category ?? about.category) === about.category && (scope.element ?? about.element) === about.element,
      );
      const heaviest = fitting.map(weight).sort().at(-1);
      const ruling = rulingDesignation(designations, about, NOW);
      assert.is(ruling === undefined ? undefined : weight(ruling), heaviest);
    }),
  );
});

test('a source that is not named ranks last, and without a designation all rank alike', () => {
  assert.is(rankOf(designation(['ehr', 'lis']), 'lis'), 1);
  assert.is(rankOf(designation(['ehr', 'lis']), 'ris'), Number.MAX_SAFE_INTEGER);
  assert.is(rankOf(undefined, 'ehr'), rankOf(undefined, 'lis'));
});

test.run();
