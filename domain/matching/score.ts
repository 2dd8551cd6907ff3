import { type Comparison, FIELDS, type Field, type Level } from './compare.js';
import { type Chances, HYPOTHESES, type Hypothesis, MATCHING_POLICY, WEIGHTS } from './policy.js';

export const BANDS = ['certain', 'possible', 'unlikely'] as const;
export type Band = (typeof BANDS)[number];

/** Why a pair is not called certain, however much it agrees. */
export const OBJECTIONS = [
  'given-name-not-agreed',
  'surname-not-agreed',
  'middle-name-differs',
  'suffix-differs',
  'birth-date-not-agreed',
  'birth-order-differs',
  'sex-differs',
  'nothing-but-name-and-birth-date',
] as const;
export type Objection = (typeof OBJECTIONS)[number];

/** One field's part: the level, and by how many bits it speaks for one person against each other explanation. */
export interface FieldEvidence {
  readonly field: Field;
  readonly level: Level;
  /** False where another field has said it already: who lives in one house lives in one place. */
  readonly counted: boolean;
  readonly bits: Readonly<Record<Exclude<Hypothesis, 'same'>, number>>;
}

export interface Score {
  readonly policy: string;
  readonly fields: readonly FieldEvidence[];
  /** Bits over all fields, the prior included: how much likelier one person is than each other explanation alone. */
  readonly against: Readonly<Record<Exclude<Hypothesis, 'same'>, { readonly sum: number; readonly prior: number }>>;
  readonly posterior: number;
  readonly thresholds: { readonly possible: number; readonly certain: number };
  readonly objections: readonly Objection[];
  readonly band: Band;
}

const OTHERS = ['stranger', 'relative', 'twin'] as const;

const populationOf = (patients: number): number => Math.max(patients, MATCHING_POLICY.populationAtLeast);

/** The chances of a level; the levels of a field are its own, which the table's type holds. */
const chancesOf = (field: Field, level: Level): Chances => (WEIGHTS[field] as Readonly<Record<string, Chances>>)[level] as Chances;

/**
 * Bits by which one person is likelier than each other explanation, priors included. Fellegi and Sunter (1969) with
 * three explanations for two people in place of one: fields of relatives and of twins agree together, which sums of
 * independent weights would count over and over.
 */
function bitsAgainst(comparison: Comparison, patients: number): number[] {
  const { same, relative, twin } = MATCHING_POLICY.others;
  const bits = [populationOf(patients), relative, twin].map((others) => Math.log2(same / others));
  for (const field of FIELDS) {
    const level = comparison[field];
    if (level === undefined || !isCounted(comparison, field)) continue;
    const chances = chancesOf(field, level);
    for (let at = 0; at < OTHERS.length; at++) bits[at] = (bits[at] as number) + Math.log2(chances[0] / (chances[at + 1] as number));
  }
  return bits;
}

/** log2 of the odds for one person against all other explanations together. */
function oddsBits(against: readonly number[]): number {
  return -Math.log2(against.reduce((sum, bits) => sum + 2 ** -bits, 0));
}

/** log2 odds that both are one person in a tenant of so many patients. */
export const matchBits = (comparison: Comparison, patients: number): number => oddsBits(bitsAgainst(comparison, patients));

/** Is the pair worth a look in a tenant of this size? What is not stays so when the tenant grows. */
export function isPossible(comparison: Comparison, patients: number): boolean {
  return matchBits(comparison, patients) >= Math.log2(MATCHING_POLICY.possible / (1 - MATCHING_POLICY.possible));
}

/** Everything about a pair's score that may be shown: levels and bits, no value. */
export function scoreOf(comparison: Comparison, patients: number, more: readonly Objection[] = []): Score {
  const { version, possible, certain, others } = MATCHING_POLICY;
  const against = bitsAgainst(comparison, patients);
  const posterior = 1 / (1 + 2 ** -oddsBits(against));
  const objections = OBJECTIONS.filter((one) => more.includes(one) || objectionsTo(comparison).includes(one));
  const numbers = { stranger: populationOf(patients), relative: others.relative, twin: others.twin };
  const sides = OTHERS.map((other, at) => {
    const prior = Math.log2(others.same / numbers[other]);
    return [other, { sum: rounded((against[at] as number) - prior), prior: rounded(prior) }];
  });
  return {
    policy: version,
    fields: fieldsOf(comparison),
    against: Object.fromEntries(sides) as Score['against'],
    // Never shown as 1: nothing that is computed from typed-in fields is.
    posterior: Math.min(Math.floor(posterior * 1e6) / 1e6, 0.999999),
    thresholds: { possible, certain },
    objections,
    band: posterior < possible ? 'unlikely' : posterior >= certain && objections.length === 0 ? 'certain' : 'possible',
  };
}

function fieldsOf(comparison: Comparison): FieldEvidence[] {
  return FIELDS.flatMap((field) => {
    const level = comparison[field];
    if (level === undefined) return [];
    const counted = isCounted(comparison, field);
    const chances = chancesOf(field, level);
    const bits = HYPOTHESES.slice(1).map((other, at) => [other, counted ? rounded(Math.log2(chances[0] / (chances[at + 1] as number))) : 0]);
    return [{ field, level, counted, bits: Object.fromEntries(bits) as FieldEvidence['bits'] }];
  });
}

/** Two who share a house share its post code: that is no second agreement. Another place under the same street and number is news. */
function isCounted(comparison: Comparison, field: Field): boolean {
  if (field !== 'place') return true;
  const sameHouse = comparison.home === 'exact' || comparison.home === 'number-near';
  return !(sameHouse && (comparison.place === 'exact' || comparison.place === 'one-of-two'));
}

/**
 * What keeps a pair from being called certain, whatever its sum: a father and his son of one name, twins, two strangers of one name and
 * birth date. Names and birth date have to be known and agree, nothing may contradict, and something that people do not
 * share by chance has to agree besides.
 */
export function objectionsTo(comparison: Comparison): Objection[] {
  const { given, surname, middle, home, phone, email, identifier } = comparison;
  const found: Objection[] = [...contradictionsIn(comparison)];
  if (given !== 'exact' && given !== 'crossed') found.push('given-name-not-agreed');
  if (surname === undefined || surname === 'differs') found.push('surname-not-agreed');
  if (middle === 'differs') found.push('middle-name-differs');
  const birth = comparison['birth-date'];
  if (birth !== 'exact' && birth !== 'crossed' && !found.includes('birth-date-not-agreed')) found.push('birth-date-not-agreed');
  const corroborated = home === 'exact' || home === 'number-near' || phone === 'exact' || email === 'exact' || identifier === 'exact';
  if (!corroborated) found.push('nothing-but-name-and-birth-date');
  return found;
}

/** Contradictions of two records stand also where other records of the same two patients agree. */
export function contradictionsIn(comparison: Comparison): Objection[] {
  const found: Objection[] = [];
  if (comparison.suffix === 'differs') found.push('suffix-differs');
  if (comparison.sex === 'differs') found.push('sex-differs');
  if (comparison['birth-order'] === 'differs') found.push('birth-order-differs');
  if (comparison['birth-date'] === 'differs') found.push('birth-date-not-agreed');
  return found;
}

const rounded = (bits: number): number => Math.round(bits * 100) / 100;
