import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { byPrecedence, type Designation, rankOf, rulingDesignation, standingOf } from '../../../domain/authority/precedence.js';
import { fits, scopeKey, specificity } from '../../../domain/authority/scope.js';
import { token, uuid } from '../given.js';
import { shuffled } from '../resolution/facts.js';
import { anyDesignations, anyFact, designation, fact, PATIENT, scope, withdrawal } from './designations.js';

const test = suite('which designation rules');

const [JANUARY, MARCH, JUNE, AUGUST] = ['2026-01-01', '2026-03-01', '2026-06-01', '2026-08-01'].map((day) => `${day}T00:00:00.000Z`) as [
  string,
  string,
  string,
  string,
];
const NOW = JUNE;

test('the most specific scope rules: patient and codes, patient, organization, category, element, everything', () => {
  const [organization, codes] = ['mercy', [token('asthma')]];
  const scopes = [
    { patientId: PATIENT, codes, organization, category: 'conditions' },
    { patientId: PATIENT, codes, organization },
    { patientId: PATIENT, codes, category: 'conditions' },
    { patientId: PATIENT, codes },
    { patientId: PATIENT, organization, category: 'conditions' },
    { patientId: PATIENT, category: 'conditions', element: 'name' },
    { patientId: PATIENT, category: 'conditions' },
    { patientId: PATIENT, element: 'name' },
    { patientId: PATIENT },
    { organization, category: 'conditions', element: 'name' },
    { organization, category: 'conditions' },
    { organization, element: 'name' },
    { organization },
    { category: 'conditions', element: 'name' },
    { category: 'conditions' },
    { element: 'name' },
    {},
  ].map(scope);
  const all = scopes.map((one, index) => designation(['ehr'], { scope: one, eventId: uuid(String(index)) }));
  const about = fact({ category: 'conditions', element: 'name', patients: [PATIENT], organizations: new Set([organization]), codes: new Set(codes) });
  for (const [index, expected] of all.entries()) assert.is(rulingDesignation(all.slice(index).toReversed(), about, NOW), expected);
  assert.is(rulingDesignation([], about, NOW), undefined);
});

test('no two kinds of scope weigh the same', () => {
  const weights = Array.from({ length: 32 }, (_, bits) => {
    const given = (bit: number) => (bits & bit) !== 0;
    return specificity({
      patientId: given(16) ? PATIENT : null,
      codes: given(8) ? [token('x')] : null,
      organization: given(4) ? 'mercy' : null,
      category: given(2) ? 'allergies' : null,
      element: given(1) ? 'name' : null,
    });
  });
  assert.equal(
    weights,
    weights.map((_, bits) => bits),
  );
});

test('a designation of something else does not rule', () => {
  const elsewhere = [{ category: 'allergies' }, { element: 'name' }, { organization: 'north' }, { patientId: uuid('another') }, { codes: [token('x')] }];
  const about = fact({ organizations: new Set(['mercy']), patients: [PATIENT], codes: new Set([token('y')]) });
  for (const one of elsewhere) assert.is(rulingDesignation([designation(['lis'], { scope: scope(one) })], about, NOW), undefined, JSON.stringify(one));
});

test('a designation of any of merged patients rules, and one of any of the codes', () => {
  const patient = designation(['lis'], { scope: scope({ patientId: PATIENT }) });
  const code = designation(['ris'], { scope: scope({ patientId: PATIENT, codes: [token('x'), token('y')] }) });
  assert.is(rulingDesignation([patient], fact({ patients: [uuid('survivor'), PATIENT] }), NOW), patient);
  assert.is(rulingDesignation([patient, code], fact({ patients: [PATIENT], codes: new Set([token('y')]) }), NOW), code);
});

test('of one scope the later effective date rules, and of one date the later version', () => {
  const first = designation(['a'], { effectiveFrom: MARCH, revision: 1 });
  const second = designation(['b'], { effectiveFrom: JANUARY, revision: 2 });
  const third = designation(['c'], { effectiveFrom: MARCH, revision: 3 });
  assert.is(rulingDesignation([first, second], fact(), NOW), first);
  assert.is(rulingDesignation([third, first, second], fact(), NOW), third);
});

test('it rules from its first instant until its last, and not at the instant after', () => {
  const one = designation(['lis'], { effectiveFrom: MARCH, effectiveTo: JUNE });
  assert.is(rulingDesignation([one], fact(), '2026-02-28T23:59:59.999Z'), undefined);
  assert.is(rulingDesignation([one], fact(), MARCH), one);
  assert.is(rulingDesignation([one], fact(), '2026-05-31T23:59:59.999Z'), one);
  assert.is(rulingDesignation([one], fact(), JUNE), undefined);
});

test('one entered for the past rules the past, until the next of its scope begins', () => {
  const standing = designation(['ehr'], { effectiveFrom: MARCH, revision: 1 });
  const late = designation(['lis'], { effectiveFrom: JANUARY, revision: 2, recordedAt: AUGUST });
  assert.is(rulingDesignation([standing, late], fact(), JANUARY), late);
  assert.is(rulingDesignation([standing, late], fact(), JUNE), standing);
});

test('what took the place of another does not give it back when it ends: the next less specific scope rules', () => {
  const everything = designation(['ehr']);
  const earlier = designation(['ris'], { scope: scope({ category: 'demographics' }) });
  const later = designation(['lis'], { scope: scope({ category: 'demographics' }), effectiveFrom: MARCH, effectiveTo: JUNE, revision: 2 });
  assert.is(rulingDesignation([everything, earlier, later], fact(), JANUARY), earlier);
  assert.is(rulingDesignation([everything, earlier, later], fact(), MARCH), later);
  assert.is(rulingDesignation([everything, earlier, later], fact(), JUNE), everything);
  const withdrawn = { ...later, effectiveTo: null, withdrawn: withdrawal(JUNE) };
  assert.is(rulingDesignation([everything, earlier, withdrawn], fact(), MARCH), withdrawn);
  assert.is(rulingDesignation([everything, earlier, withdrawn], fact(), JUNE), everything);
});

test('what was withdrawn from its own beginning never held, and took the place of nothing', () => {
  const earlier = designation(['ris']);
  const mistake = designation(['lis'], { effectiveFrom: MARCH, revision: 2, withdrawn: withdrawal(MARCH) });
  for (const at of [JANUARY, MARCH, AUGUST]) assert.is(rulingDesignation([mistake, earlier], fact(), at), earlier);
  const planned = designation(['lis'], { effectiveFrom: AUGUST, revision: 2, withdrawn: withdrawal(JUNE) });
  assert.is(rulingDesignation([planned, earlier], fact(), AUGUST), earlier);
});

test('specificity goes before date: a category beats a later word on everything', () => {
  const category = designation(['ris'], { scope: scope({ category: 'demographics' }) });
  assert.is(rulingDesignation([category, designation(['x'], { effectiveFrom: MARCH, revision: 9 })], fact(), NOW), category);
});

test('who rules does not depend on the order of the designations', () => {
  fc.assert(
    fc.property(shuffled(anyDesignations), anyFact, ([left, right], about) => {
      assert.is(rulingDesignation(left, about, NOW), rulingDesignation(right, about, NOW));
    }),
  );
});

test('what does not fit the fact, or has not begun, changes nothing', () => {
  fc.assert(
    fc.property(anyDesignations, anyFact, (designations, about) => {
      const relevant = designations.filter((one) => fits(one.scope, about) && one.effectiveFrom <= NOW);
      assert.is(rulingDesignation(relevant, about, NOW), rulingDesignation(designations, about, NOW));
    }),
  );
});

/** The rule as its sentences say it, scope by scope. */
function ruledBySentences(designations: readonly Designation[], about: Parameters<typeof rulingDesignation>[1]): Designation | undefined {
  const held = designations.filter((one) => one.effectiveFrom <= NOW && !(one.withdrawn !== null && one.withdrawn.effectiveFrom <= one.effectiveFrom));
  const voices = [...new Set(held.map((one) => scopeKey(one.scope)))].map((key) => held.filter((one) => scopeKey(one.scope) === key).sort(byPrecedence)[0]);
  return voices
    .filter((one) => one !== undefined)
    .filter((one) => (one.effectiveTo ?? '9') > NOW && (one.withdrawn?.effectiveFrom ?? '9') > NOW && fits(one.scope, about))
    .sort(byPrecedence)[0];
}

test('each scope speaks with one voice, and of those that fit the most specific rules', () => {
  fc.assert(
    fc.property(anyDesignations, anyFact, (designations, about) => {
      assert.is(rulingDesignation(designations, about, NOW), ruledBySentences(designations, about));
    }),
    { numRuns: 500 },
  );
});

test('what rules is in force, and of each scope at most one is', () => {
  fc.assert(
    fc.property(anyDesignations, anyFact, (designations, about) => {
      const inForce = designations.filter((one) => standingOf(one, designations, NOW) === 'in-force');
      const ruling = rulingDesignation(designations, about, NOW);
      assert.is(ruling === undefined || inForce.includes(ruling), true);
      assert.is(new Set(inForce.map((one) => scopeKey(one.scope))).size, inForce.length);
    }),
  );
});

test('a designation stands in force, ahead, replaced, past or withdrawn', () => {
  const first = designation(['a'], { revision: 1 });
  const second = designation(['b'], { revision: 2, effectiveFrom: MARCH, effectiveTo: AUGUST });
  const all = [first, second];
  assert.equal(
    [JANUARY, MARCH].map((at) => standingOf(first, all, at)),
    ['in-force', 'replaced'],
  );
  assert.equal(
    [JANUARY, MARCH, AUGUST].map((at) => standingOf(second, all, at)),
    ['ahead', 'in-force', 'past'],
  );
  const ended = { ...second, withdrawn: withdrawal(JUNE) };
  assert.equal(
    [MARCH, JUNE, AUGUST].map((at) => standingOf(ended, [first, ended], at)),
    ['in-force', 'withdrawn', 'withdrawn'],
  );
  const mistake = { ...second, withdrawn: withdrawal(MARCH) };
  assert.equal(
    [JANUARY, MARCH].map((at) => standingOf(mistake, [first, mistake], at)),
    ['withdrawn', 'withdrawn'],
  );
  assert.is(standingOf(first, [first, mistake], AUGUST), 'in-force');
});

test('a source that is not named ranks last, and without a designation all rank alike', () => {
  assert.is(rankOf(designation(['ehr', 'lis']), 'lis'), 1);
  assert.is(rankOf(designation(['ehr', 'lis']), 'ris'), Number.MAX_SAFE_INTEGER);
  assert.is(rankOf(undefined, 'ehr'), rankOf(undefined, 'lis'));
});

test('a scope is the same whatever the order of its codes, and no two scopes share a name', () => {
  assert.is(scopeKey(scope({ codes: ['b', 'a'] })), scopeKey(scope({ codes: ['a', 'b'] })));
  const scopes = [null, 'x'].flatMap((patientId) =>
    [null, ['x']].flatMap((codes) =>
      [null, 'x'].flatMap((organization) =>
        [null, 'x'].flatMap((category) => [null, 'x'].map((element) => ({ patientId, codes, organization, category, element }))),
      ),
    ),
  );
  assert.is(new Set(scopes.map(scopeKey)).size, 32);
});

test.run();
