import type { Field, Level } from './compare.js';

/** What two records may be of: one person, or two that have nothing, a household or a birth in common. */
export const HYPOTHESES = ['same', 'stranger', 'relative', 'twin'] as const;
export type Hypothesis = (typeof HYPOTHESES)[number];

/** How often the level is met under each hypothesis, in their order. */
export type Chances = readonly [same: number, stranger: number, relative: number, twin: number];

/**
 * Policy data: change it and its version together, and the projection's version with it. Where the numbers come from (docs/matching.md says more):
 *
 * - `same` and `stranger` of names, birth date and home: expectation-maximisation on FEBRL 4, unsupervised (`test/domain/matching/estimate.ts`),
 *   rounded; what FEBRL does not have (swapped days, nicknames, people who move) and what its generator makes too rare (two people in
 *   one place) is set by judgement on the careful side.
 * - The other fields are not in FEBRL: after the published settings of Splink and of CDC's RecordLinker.
 * - `relative` and `twin`: judgement. Fields of a household agree together and not by chance each; what its members share is mistyped
 *   as often as what one person shares with themselves.
 */
export const MATCHING_POLICY = {
  version: 'matching@1',
  /** How many other records of each kind a record has among `population`: a tenth of arrivals is known, a household has some three more members, 3 % of births are multiple. */
  others: { same: 0.1, relative: 2.5, twin: 0.03 },
  /** A smaller tenant counts as one of so many: its few patients live close by and are no sample of anything. */
  populationAtLeast: 10_000,
  /** The work list is in the order that holds at this size, so that it does not change with every arrival. */
  populationOfOrder: 100_000,
  /** Posterior probabilities from which a pair is offered, and from which it may be called certain when nothing speaks against it. */
  possible: 0.01,
  certain: 0.99,
  /** Records that one block holds: what more share than this tells nobody apart. */
  blockAtMost: 64,
} as const;

type Weights = { readonly [F in Field]: Readonly<Record<Level<F>, Chances>> };

/** Levels of one kind of comparison add up to one; a month, a year and an initial are compared with what the other side has of them. */
export const WEIGHTS: Weights = {
  given: {
    exact: [0.69, 0.0042, 0.02, 0.002],
    crossed: [0.049, 0.000005, 0.0005, 0.0001],
    'crossed-sound': [0.01, 0.00001, 0.0005, 0.0001],
    nickname: [0.01, 0.0006, 0.004, 0.002],
    near: [0.12, 0.0013, 0.006, 0.03],
    sound: [0.01, 0.0031, 0.006, 0.02],
    initial: [0.01, 0.0008, 0.0012, 0.0012],
    differs: [0.1, 0.99, 0.96, 0.945],
  },
  surname: {
    exact: [0.69, 0.0045, 0.55, 0.68],
    // Said by the given name already.
    crossed: [1, 1, 1, 1],
    near: [0.16, 0.0005, 0.13, 0.16],
    sound: [0.01, 0.001, 0.01, 0.01],
    differs: [0.08, 0.994, 0.25, 0.09],
  },
  middle: {
    exact: [0.75, 0.02, 0.1, 0.05],
    initial: [0.18, 0.06, 0.1, 0.06],
    differs: [0.07, 0.92, 0.8, 0.89],
  },
  suffix: {
    exact: [0.98, 0.4, 0.03, 0.5],
    differs: [0.02, 0.6, 0.97, 0.5],
  },
  'birth-date': {
    exact: [0.92, 0.00003, 0.0005, 0.91],
    crossed: [0.01, 0.00001, 0.00005, 0.01],
    near: [0.02, 0.002, 0.006, 0.02],
    'two-parts': [0.01, 0.0023, 0.02, 0.01],
    month: [0.95, 0.001, 0.002, 0.95],
    year: [0.97, 0.0125, 0.04, 0.97],
    differs: [0.04, 0.996, 0.9734, 0.05],
  },
  'birth-order': {
    exact: [0.97, 0.4, 0.4, 0.02],
    differs: [0.03, 0.6, 0.6, 0.98],
  },
  sex: {
    exact: [0.985, 0.5, 0.45, 0.66],
    differs: [0.015, 0.5, 0.55, 0.34],
  },
  home: {
    exact: [0.62, 0.00002, 0.55, 0.58],
    'number-near': [0.045, 0.000005, 0.04, 0.04],
    street: [0.12, 0.0013, 0.11, 0.11],
    near: [0.01, 0.0001, 0.01, 0.01],
    number: [0.035, 0.013, 0.04, 0.04],
    differs: [0.17, 0.985, 0.25, 0.22],
  },
  place: {
    exact: [0.66, 0.01, 0.62, 0.64],
    'one-of-two': [0.22, 0.01, 0.22, 0.22],
    state: [0.07, 0.3, 0.07, 0.07],
    differs: [0.05, 0.68, 0.09, 0.07],
  },
  phone: {
    exact: [0.6, 0.0001, 0.45, 0.5],
    differs: [0.4, 0.9999, 0.55, 0.5],
  },
  email: {
    exact: [0.55, 0.00005, 0.08, 0.25],
    differs: [0.45, 0.99995, 0.92, 0.75],
  },
  identifier: {
    exact: [0.6, 0.00001, 0.02, 0.02],
    differs: [0.4, 0.99999, 0.98, 0.98],
  },
};
