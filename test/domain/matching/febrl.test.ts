import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compare } from '../../../domain/matching/compare.js';
import { MATCHING_POLICY, WEIGHTS } from '../../../domain/matching/policy.js';
import { scoreOf } from '../../../domain/matching/score.js';
import { LONG } from '../../support/runs.js';
import { estimate } from './estimate.js';
import { blockedPairs, type FebrlRecord, febrl, personOfId } from './febrl.js';

const test = suite('matching on FEBRL');

function measured(name: string, left: readonly FebrlRecord[], right: readonly FebrlRecord[], patients: number, truth: number) {
  const counts = { offered: [0, 0], certain: [0, 0] };
  for (const [one, other] of blockedPairs(left, right, MATCHING_POLICY.blockAtMost)) {
    const [a, b] = [left[one] as FebrlRecord, right[other] as FebrlRecord];
    const { band } = scoreOf(compare(a.blinded.tokens, b.blinded.tokens), patients);
    const wrong = personOfId(a.id) === personOfId(b.id) ? 0 : 1;
    if (band !== 'unlikely') counts.offered[wrong] = (counts.offered[wrong] as number) + 1;
    if (band === 'certain') counts.certain[wrong] = (counts.certain[wrong] as number) + 1;
  }
  const [right_ = 0, wrong = 0] = counts.offered;
  const [precision, recall] = [right_ / (right_ + wrong), right_ / truth];
  const f1 = (2 * precision * recall) / (precision + recall);
  const [certain = 0, certainWrong = 0] = counts.certain;
  process.stdout.write(
    `${name}: precision ${precision.toFixed(4)}, recall ${recall.toFixed(4)}, F1 ${f1.toFixed(4)}; certain: ${certain} right, ${certainWrong} wrong\n`,
  );
  return { f1, certain, certainWrong };
}

test('FEBRL 1, duplicates in one file: F1 of at least 0.99 on tokens alone without the social security number, and nothing certain is wrong', () => {
  const records = febrl('dataset1.csv');
  assert.is(records.length, 1000);
  const { f1, certain, certainWrong } = measured('FEBRL 1', records, records, records.length, 500);
  assert.ok(f1 >= 0.99);
  assert.ok(certain > 150);
  assert.is(certainWrong, 0);
});

if (!LONG) console.log('SKIP 1 FEBRL 4: `npm run test:long` searches its 5,000 pairs');
else
  test('FEBRL 4, two files: the same, and the weights in use are those that are estimated from it without its truth', () => {
    const [left, right] = [febrl('dataset4a.csv'), febrl('dataset4b.csv')];
    assert.equal([left.length, right.length], [5000, 5000]);
    const { f1, certain, certainWrong } = measured('FEBRL 4', left, right, left.length, 5000);
    assert.ok(f1 >= 0.99);
    assert.ok(certain > 2000);
    assert.is(certainWrong, 0);

    const { m, u, matches } = estimate(left, right, 100_000);
    assert.ok(Math.abs(matches - 5000) < 50, 'it finds how many there are');
    const same = [
      ['given', 'exact'],
      ['given', 'crossed'],
      ['given', 'near'],
      ['surname', 'exact'],
      ['surname', 'near'],
      ['birth-date', 'exact'],
    ] as const;
    for (const [field, level] of same) {
      const inUse = (WEIGHTS[field] as Record<string, readonly number[]>)[level]?.[0] as number;
      assert.ok(Math.abs((m[field]?.[level] as number) - inUse) < 0.02, `${field} ${level}: ${m[field]?.[level]}, in use ${inUse}`);
    }
    for (const field of ['given', 'surname'] as const) {
      const strangers = u[field]?.['exact'] as number;
      assert.ok(strangers / WEIGHTS[field].exact[1] > 0.8 && strangers / WEIGHTS[field].exact[1] < 1.25, `${field}: ${strangers}`);
    }
  });

test.run();
