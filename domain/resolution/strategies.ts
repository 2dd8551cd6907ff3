/**
 * How a fact's value is chosen among its live statements.
 *
 * - `authoritative`: the source believed most wins, the rest stay as attributed alternatives. A difference that a
 *   designation decides is no open conflict.
 * - `union`: the source believed most is shown first, and any difference is an open dispute: nothing that anyone asserts of
 *   an allergy may disappear behind somebody else's word.
 * - `latest`: the statement with the later valid time wins; a later measurement is no contradiction.
 * - `manual`: a steward decides. Until then what was settled last stands, else the source believed most.
 */
export type Strategy = 'authoritative' | 'union' | 'latest' | 'manual';

interface Rule {
  readonly strategy: Strategy;
  /** Why: shown with the answer and in docs/resolution.md. */
  readonly reason: string;
}

const AUTHORITATIVE: Rule = { strategy: 'authoritative', reason: 'One source performs or keeps it; copies elsewhere lag behind.' };

const BY_CATEGORY: Readonly<Record<string, Rule>> = {
  allergies: { strategy: 'union', reason: 'A lost allergy harms; sources hold different ones of the same patient, and a refutation must be seen as well.' },
  devices: { strategy: 'union', reason: 'An implant that one source does not know of is still in the patient.' },
  immunizations: { strategy: 'union', reason: 'Doses are events that no single source has seen all of; given or not given is a dispute.' },
  'vital-signs': { strategy: 'latest', reason: 'A later measurement is no contradiction of an earlier one.' },
  medications: {
    strategy: 'authoritative',
    reason: 'Not a union: of errors at admission a quarter are stopped drugs that a prefilled list continued.',
  },
  laboratory: { strategy: 'authoritative', reason: 'The performing laboratory is believed, and its correction replaces what copies still show.' },
  conditions: { strategy: 'authoritative', reason: 'A problem list is kept by whoever treats; other opinions stay visible.' },
};

const WRONG_PATIENT: Rule = { strategy: 'manual', reason: 'A difference here may mean that records of two people are mixed up.' };

const BY_ELEMENT: Readonly<Record<string, Rule>> = {
  birthDate: WRONG_PATIENT,
  gender: WRONG_PATIENT,
  deceased: WRONG_PATIENT,
};

export function ruleFor({ category, element }: { category: string; element: string | null }): Rule {
  const byElement = category === 'demographics' && element !== null ? BY_ELEMENT[element] : undefined;
  return byElement ?? BY_CATEGORY[category] ?? AUTHORITATIVE;
}

export function strategyOf(about: { category: string; element: string | null }): Strategy {
  return ruleFor(about).strategy;
}

/** All rules, for the documentation. */
export function strategies(): { readonly about: string; readonly strategy: Strategy; readonly reason: string }[] {
  return [
    ...Object.entries(BY_CATEGORY).map(([about, rule]) => ({ about, ...rule })),
    ...Object.entries(BY_ELEMENT).map(([about, rule]) => ({ about: `demographics, ${about}`, ...rule })),
    { about: 'everything else', ...AUTHORITATIVE },
  ];
}
