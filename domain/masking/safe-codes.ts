import {
  ABSENT_UNKNOWN,
  CPT,
  CVX,
  canonicalSystem,
  HCPCS,
  ICD_9_CM,
  ICD_10,
  ICD_10_CM,
  ICD_10_PCS,
  LOINC,
  NDC,
  RXNORM,
  SNOMED,
  UCUM,
  UNII,
} from '../identity/systems.js';
import { ucumText } from '../identity/unit-synonyms.js';
import { isConceptId, isLoincCode } from './check-digits.js';

/** Code systems that everybody shares, and the form of their codes: what stands there in another form is somebody's own number. */
const FORMS: ReadonlyMap<string, Pick<RegExp, 'test'>> = new Map<string, Pick<RegExp, 'test'>>([
  [SNOMED, { test: isConceptId }],
  [LOINC, { test: isLoincCode }],
  [RXNORM, /^\d{1,8}$/],
  [NDC, /^(?:\d{4,5}-\d{3,4}(?:-\d{1,2})?|\d{11})$/],
  [CVX, /^\d{1,3}$/],
  [ICD_10_CM, /^[A-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,4})?$/],
  [ICD_10, /^[A-Z]\d\d(?:\.?[0-9A-Z]{1,2})?$/],
  [ICD_9_CM, /^[VE]?\d{2,3}(?:\.?\d{1,2})?$/],
  [ICD_10_PCS, /^[0-9A-HJ-NP-Z]{7}$/],
  [CPT, /^\d{4}[0-9A-Z]$/],
  [HCPCS, /^[A-Z]\d{4}$/],
  [UNII, /^[0-9A-Z]{10}$/],
  [ABSENT_UNKNOWN, /^[a-z-]{3,40}$/],
  ['urn:oid:2.16.840.1.113883.6.238', /^\d{4}-\d$/],
]);

/** Of HL7's own systems the codes are words and short mnemonics. */
const HL7_SYSTEM = /^http:\/\/(?:terminology\.hl7\.org\/(?:CodeSystem|ValueSet)|hl7\.org\/fhir)\/[A-Za-z0-9/-]{1,80}$/;
const HL7_CODE = /^[A-Za-z_][A-Za-z_-]{0,48}\d{0,3}$/;
/** A `code` of FHIR whose list the schema does not hold: words with hyphens. */
const PLAIN_CODE = /^[A-Za-z]+(?:[-.][A-Za-z]+){0,6}$/;

const UNIT_PART =
  /^(?:1|%|\[[A-Za-z_]{2,12}\]|10\*\d{1,2}|\{[a-z]{1,15}\}|min|h|d|wk|mo|a|Cel|[kdcmunpf]?(?:g|L|l|mol|m|s|Pa|cal|U|V|Hz|J|W|eq|osm|\[iU\]|m\[Hg\]|m\[H2O\])[23]?)$/;

/** The code with its system, without what somebody wrote about it; null where it may be anybody's own. */
export function safeCoding(system: unknown, code: unknown): { readonly system: string; readonly code: string } | null {
  if (typeof system !== 'string' || typeof code !== 'string') return null;
  const known = canonicalSystem(system);
  const form = FORMS.get(known);
  if (form !== undefined) return form.test(code) ? { system: known, code } : null;
  return HL7_SYSTEM.test(system) && HL7_CODE.test(code) ? { system, code } : null;
}

/** Whether a code without a system is a word of FHIR's by its form. */
export function isPlainCode(code: string): boolean {
  return code.length <= 40 && PLAIN_CODE.test(code);
}

/** The unit in UCUM, from a UCUM code or from what sources write in its place; null for words that are no unit. */
export function safeUnit(system: unknown, code: unknown, unit: unknown): { readonly system: string; readonly code: string } | null {
  const isUcum = typeof system === 'string' && canonicalSystem(system) === UCUM;
  const written = isUcum && typeof code === 'string' ? code : unit;
  if (typeof written !== 'string' || written.length > 40) return null;
  const text = ucumText(written);
  const parts = text.split(/[/.()]/).filter((part) => part !== '');
  return parts.length > 0 && parts.length <= 6 && parts.every((part) => UNIT_PART.test(part)) ? { system: UCUM, code: text } : null;
}
