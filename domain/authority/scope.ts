import type { DesignationScope } from '../../schemas/events/system-of-record-designated.js';

/** What a designation is asked about: one fact, by clear metadata only. */
export interface FactInQuestion {
  readonly category: string;
  readonly element: string | null;
  /** The patient whom the fact is about; of merged patients, all of them. */
  readonly patients: readonly string[];
  /** Organizations of the sources that have a live statement on the fact. */
  readonly organizations: ReadonlySet<string>;
  /** Code tokens of the fact's live statements. */
  readonly codes: ReadonlySet<string>;
}

/** A scope fits a fact when each of its members that is not open does. */
export function fits(scope: DesignationScope, fact: FactInQuestion): boolean {
  return (
    (scope.category === null || scope.category === fact.category) &&
    (scope.element === null || scope.element === fact.element) &&
    (scope.organization === null || fact.organizations.has(scope.organization)) &&
    (scope.patientId === null || fact.patients.includes(scope.patientId)) &&
    (scope.codes === null || scope.codes.some((code) => fact.codes.has(code)))
  );
}

const WEIGHTS = { patientId: 16, codes: 8, organization: 4, category: 2, element: 1 } as const;

/** How narrow a scope is. Each member weighs more than all after it together, so that no two kinds of scope weigh the same. */
export function specificity(scope: DesignationScope): number {
  return (
    (scope.patientId === null ? 0 : WEIGHTS.patientId) +
    (scope.codes === null ? 0 : WEIGHTS.codes) +
    (scope.organization === null ? 0 : WEIGHTS.organization) +
    (scope.category === null ? 0 : WEIGHTS.category) +
    (scope.element === null ? 0 : WEIGHTS.element)
  );
}

/** Equal for equal scopes, whatever the order of their codes. No member can hold a bar or a comma. */
export function scopeKey({ patientId, codes, organization, category, element }: DesignationScope): string {
  return [patientId, codes?.toSorted().join(','), organization, category, element].map((member) => member ?? '').join('|');
}

/** What follows `{tenant}.designation-` in the name of a tenant-wide scope's stream: `{category}.{element}`, `any` where it is open. */
export function scopeName({ category, element, organization }: Pick<DesignationScope, 'category' | 'element' | 'organization'>): string {
  const name = `${category ?? 'any'}.${element ?? 'any'}`;
  return organization === null ? name : `${name}.${organization}`;
}
