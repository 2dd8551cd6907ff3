import type { SensitiveScope } from '../../schemas/phi/scopes.js';
import { type Confidentiality, SENSITIVITIES, SENSITIVITY_VERSION } from '../../schemas/phi/sensitivities.js';
import type { FhirResource } from '../identity/resource.js';
import { Findings, type FoundIn, findIn } from './findings.js';

/** The rule set, with its version: it stands with every label that it made. */
export const LABEL_RULES = `sensitivity-rules@${SENSITIVITY_VERSION}`;

/** Security labels of a resource: HL7 v3 Confidentiality, ActCodes of sensitivity, and the rules that found them. */
export interface Labels {
  readonly confidentiality: Confidentiality;
  readonly sensitivity: readonly string[];
  readonly rules: readonly string[];
  readonly by: string;
}

/** What labels a resource has. Pure: the same resource has the same labels under the same rule set. */
export function labelsOf(resource: FhirResource): Labels {
  return labelsFrom(findIn(resource));
}

export function labelsFrom({ whole, elements }: FoundIn): Labels {
  const all = new Findings();
  all.take(whole);
  for (const { findings } of elements) all.take(findings);
  const scopes = sensitivitiesOf(all);
  const codes = new Set([...all.stated, ...[...scopes].filter((scope) => !SENSITIVITIES[scope].codes.some((code) => all.stated.has(code))).map(ownCode)]);
  const rules = scopes.has('special-protection') && !all.scopes.has('special-protection') ? [...all.rules, 'restricted'] : [...all.rules];
  return { confidentiality: confidentialityOf(all, scopes), sensitivity: [...codes].sort(), rules: rules.sort(), by: LABEL_RULES };
}

function ownCode(scope: SensitiveScope): string {
  return SENSITIVITIES[scope].codes[0];
}

/**
 * The scopes that findings come to. Psychotherapy notes are behavioural health and more, so the wider one adds nothing; a source
 * that says "restricted" and nothing else is taken at its word.
 */
export function sensitivitiesOf({ scopes, confidentiality }: Findings): ReadonlySet<SensitiveScope> {
  const found = new Set(scopes);
  if (found.has('psychotherapy-notes')) found.delete('behavioural-health');
  if (found.size === 0 && confidentiality !== null) found.add('special-protection');
  return found;
}

function confidentialityOf(all: Findings, scopes: ReadonlySet<SensitiveScope>): Confidentiality {
  const levels = [...scopes].map((scope) => SENSITIVITIES[scope].confidentiality);
  if (all.confidentiality === 'V' || levels.includes('V')) return 'V';
  return scopes.size > 0 ? 'R' : 'N';
}
