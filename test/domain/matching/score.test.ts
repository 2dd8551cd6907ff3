import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Comparison, FIELDS, type Field, LEVELS, type Level } from '../../../domain/matching/compare.js';
import { judge } from '../../../domain/matching/judge.js';
import { MATCHING_POLICY, WEIGHTS } from '../../../domain/matching/policy.js';
import { isPossible, matchBits, scoreOf } from '../../../domain/matching/score.js';

const test = suite('match scores');

const comparison = fc.record(Object.fromEntries(FIELDS.map((field) => [field, fc.constantFrom(...LEVELS[field])])), {
  requiredKeys: [],
}) as fc.Arbitrary<Comparison>;
const population = fc.integer({ min: 0, max: 10_000_000 });

/** What agrees in everything that is shared by more than a house. */
const ALIKE: Comparison = { given: 'exact', surname: 'exact', 'birth-date': 'exact', sex: 'exact', home: 'exact', place: 'exact', phone: 'exact' };

test('a comparison of strangers needs the more agreement the more patients there are', () => {
  fc.assert(
    fc.property(comparison, population, population, (one, few, more) => {
      const [small, large] = [Math.min(few, more), Math.max(few, more)];
      assert.ok(matchBits(one, large) <= matchBits(one, small) + 1e-9);
      if (!isPossible(one, small)) assert.not.ok(isPossible(one, large), 'what was not kept is never missed later');
    }),
  );
});

test('the threshold grows by one bit each time the patients double, as the prior says', () => {
  const { against } = scoreOf(ALIKE, 100_000);
  assert.is(against.stranger.prior, -19.93, 'one in ten arrivals known, among 100,000: log2(10^6)');
  assert.is(scoreOf(ALIKE, 200_000).against.stranger.prior, -20.93);
  assert.is(scoreOf(ALIKE, 5).against.stranger.prior, scoreOf(ALIKE, MATCHING_POLICY.populationAtLeast).against.stranger.prior);
});

test('no score is 1, whatever agrees, and certain is only what nothing speaks against', () => {
  fc.assert(
    fc.property(comparison, population, (one, patients) => {
      const { posterior, band, objections } = scoreOf(one, patients);
      assert.ok(posterior >= 0 && posterior < 1);
      if (band === 'certain') assert.equal(objections, []);
    }),
  );
  assert.is(scoreOf(ALIKE, 1_000_000).band, 'certain');
});

test('each thing that speaks against a pair keeps it from being certain', () => {
  const against: [Comparison, string][] = [
    [{ ...ALIKE, suffix: 'differs' }, 'suffix-differs'],
    [{ ...ALIKE, sex: 'differs' }, 'sex-differs'],
    [{ ...ALIKE, 'birth-order': 'differs' }, 'birth-order-differs'],
    [{ ...ALIKE, 'birth-date': 'near' }, 'birth-date-not-agreed'],
    [{ ...ALIKE, middle: 'differs' }, 'middle-name-differs'],
    [{ ...ALIKE, given: 'near' }, 'given-name-not-agreed'],
    [{ ...ALIKE, surname: 'differs' }, 'surname-not-agreed'],
    [{ given: 'exact', surname: 'exact', 'birth-date': 'exact', sex: 'exact', place: 'exact' }, 'nothing-but-name-and-birth-date'],
  ];
  for (const [one, objection] of against) {
    const score = scoreOf(one, 0);
    assert.is.not(score.band, 'certain', objection);
    assert.ok((score.objections as readonly string[]).includes(objection), objection);
  }
});

test('a house and its post code are one agreement, and another post code under the same street and number is news', () => {
  const home: Comparison = { given: 'exact', home: 'exact' };
  assert.is(matchBits({ ...home, place: 'exact' }, 0), matchBits(home, 0));
  assert.ok(matchBits({ ...home, place: 'differs' }, 0) < matchBits(home, 0));
});

test('the judgement of two patients is the best of their comparisons, and a contradiction in another stands', () => {
  const senior: Comparison = { ...ALIKE, suffix: 'differs' };
  assert.is(judge([], 0), null);
  assert.is(judge([ALIKE], 0)?.band, 'certain');
  const judged = judge([senior, ALIKE], 0);
  assert.equal([judged?.band, judged?.objections], ['possible', ['suffix-differs']]);
  assert.equal(judge([ALIKE, senior], 0), judged);
});

test('every level of every field has its chances, and those of one comparison add up', () => {
  const apart: Partial<Record<Field, readonly Level[]>> = { given: ['initial'], surname: ['crossed'], 'birth-date': ['month', 'year'] };
  for (const field of FIELDS) {
    const levels = LEVELS[field].filter((level) => !(apart[field] ?? []).includes(level));
    for (const at of [0, 1, 2, 3] as const) {
      const sum = levels.reduce((total, level) => total + ((WEIGHTS[field] as Record<string, readonly number[]>)[level]?.[at] as number), 0);
      assert.ok(sum > 0.9 && sum <= 1.01, `${field}: ${sum}`);
    }
  }
});

test.run();
