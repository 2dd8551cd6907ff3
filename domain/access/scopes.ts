import { CATEGORIES } from '../../schemas/phi/categories.js';
import { SENSITIVE_SCOPES } from '../../schemas/phi/scopes.js';

/** The rule by which readers hold key scopes, with its version. Consent will narrow and widen it; until then it stands alone. */
export const SCOPE_RULE = 'role-scopes@1';

const CLINICAL: readonly string[] = [...CATEGORIES, 'identifiers', 'provider-notes'];
const LEDGER: readonly string[] = ['change-control', 'quarantine'];
const without = (...left: readonly string[]): readonly string[] => SENSITIVE_SCOPES.filter((scope) => !left.includes(scope));

interface Entitlement {
  readonly role: string;
  /** Null: whatever purpose the role may read for. */
  readonly purposes: readonly string[] | null;
  readonly scopes: readonly string[];
}

/**
 * What a role holds for a purpose; a role or purpose that is not listed holds nothing.
 * - Psychotherapy notes need an authorization for nearly every use, treatment by others included (45 CFR 164.508(a)(2)), and are no
 *   part of what a patient may ask to see (164.524(a)(1)(i)).
 * - Records under 42 CFR Part 2 need the patient's consent; in an emergency they do not (2.51), and for treatment this rule takes
 *   the consent for given until consent is on record. For coordination and care management it does not.
 * - What is taboo waits until the source has talked with the patient.
 * - Stewards and consumers work on what is not sensitive; research and public health get neither identifiers nor free text.
 */
const ENTITLEMENTS: readonly Entitlement[] = [
  { role: 'clinician', purposes: ['TREAT', 'ETREAT', 'BTG'], scopes: [...CLINICAL, ...without('psychotherapy-notes')] },
  { role: 'clinician', purposes: ['CAREMGT', 'COORDIN'], scopes: [...CLINICAL, ...without('psychotherapy-notes', 'substance-use')] },
  { role: 'steward', purposes: null, scopes: [...CLINICAL, ...LEDGER] },
  { role: 'privacy-officer', purposes: null, scopes: [...CLINICAL, ...LEDGER, 'erasure', 'key-management', ...SENSITIVE_SCOPES] },
  { role: 'patient', purposes: null, scopes: [...CLINICAL, ...without('psychotherapy-notes', 'taboo')] },
  { role: 'consumer', purposes: ['TREAT', 'HOPERAT', 'CAREMGT', 'COORDIN'], scopes: CLINICAL },
  { role: 'consumer', purposes: ['HRESCH', 'PUBHLTH'], scopes: CATEGORIES },
];

/** By the entitlements that fit: few, and the same set each time, since rings keep what they worked out for a set. */
const KNOWN = new Map<string, ReadonlySet<string>>();

/** The key scopes that somebody holds who reads in these roles for this purpose. */
export function scopesHeld(roles: readonly string[], purpose: string): ReadonlySet<string> {
  const fitting = ENTITLEMENTS.filter(({ role, purposes }) => roles.includes(role) && (purposes?.includes(purpose) ?? true));
  const name = fitting.map((one) => ENTITLEMENTS.indexOf(one)).join();
  const held = KNOWN.get(name) ?? new Set(fitting.flatMap(({ scopes }) => scopes));
  KNOWN.set(name, held);
  return held;
}
