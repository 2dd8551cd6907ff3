import { type Comparison, compare, FIELDS, type Field, LEVELS } from '../../../domain/matching/compare.js';
import { blockedPairs, type FebrlRecord } from './febrl.js';

export type Shares = Readonly<Record<string, number>>;
export interface Estimate {
  readonly m: Readonly<Partial<Record<Field, Shares>>>;
  readonly u: Readonly<Partial<Record<Field, Shares>>>;
  readonly matches: number;
}

const ROUNDS = 25;
/** Half a pair is added to each level: what was never seen is rare and not impossible. */
const UNSEEN = 0.5;

/**
 * Weights as they are estimated without looking at the truth. `u`: how often two records of one file without duplicates stand so
 * to each other. `m`: by expectation and maximisation over the pairs that blocking offers, `u` held.
 */
export function estimate(left: readonly FebrlRecord[], right: readonly FebrlRecord[], samples: number): Estimate {
  const strangers: Comparison[] = [];
  let random = 12345;
  const next = (below: number) => (random = (Math.imul(random, 1103515245) + 12345) >>> 0) % below;
  const tokens = left.map((record) => record.blinded.tokens);
  while (strangers.length < samples) {
    const [one, other] = [next(tokens.length), next(tokens.length)];
    if (one !== other) strangers.push(compare(tokens[one] as object, tokens[other] as object));
  }
  const u = sharesOf(
    strangers,
    strangers.map(() => 1),
  );
  const pairs = blockedPairs(left, right, 200).map(([a, b]) => compare(left[a]?.blinded.tokens as object, right[b]?.blinded.tokens as object));
  let m: Estimate['m'] = Object.fromEntries(
    FIELDS.map((field) => [field, Object.fromEntries(LEVELS[field].map((level, at) => [level, at === 0 ? 0.8 : 0.2 / (LEVELS[field].length - 1)]))]),
  );
  // Pairs that no block offers are no matches, but they count: the rate is that of all pairs.
  const all = left.length * right.length;
  let rate = 1 / right.length;
  for (let round = 0; round < ROUNDS; round++) {
    const probabilities = pairs.map((pair) => {
      let ratio = rate / (1 - rate);
      for (const field of FIELDS) {
        const level = pair[field];
        if (level !== undefined) ratio *= (m[field]?.[level] ?? 1) / (u[field]?.[level] ?? 1);
      }
      return ratio / (1 + ratio);
    });
    m = sharesOf(pairs, probabilities);
    rate = probabilities.reduce((sum, one) => sum + one, 0) / all;
  }
  return { m, u, matches: rate * all };
}

function sharesOf(comparisons: readonly Comparison[], weights: readonly number[]): Partial<Record<Field, Record<string, number>>> {
  const shares: Partial<Record<Field, Record<string, number>>> = {};
  for (const field of FIELDS) {
    const sums = new Map<string, number>(LEVELS[field].map((level) => [level, UNSEEN]));
    let total = UNSEEN * LEVELS[field].length;
    comparisons.forEach((comparison, at) => {
      const level = comparison[field];
      if (level === undefined) return;
      sums.set(level, (sums.get(level) ?? 0) + (weights[at] ?? 0));
      total += weights[at] ?? 0;
    });
    shares[field] = Object.fromEntries(Array.from(sums, ([level, sum]) => [level, sum / total]));
  }
  return shares;
}
