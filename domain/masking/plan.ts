import type { MaskingPolicy } from '../../schemas/phi/masking.js';

/** What somebody may be given of a record: a policy with the label that its resources carry. */
export interface Plan extends MaskingPolicy {
  /** Code of HL7 v3 ObservationValue, put on each resource as a security label. */
  readonly label: 'PSEUDED' | 'REDACTED' | 'MASKED';
}

/** 164.514(b)(2). Whoever reads it knows the record under a pseudonym. */
export const SAFE_HARBOR: Plan = {
  name: 'safe-harbor',
  version: 1,
  description: 'HIPAA Safe Harbor, 45 CFR 164.514(b)(2): what is not known to be safe is left out; of dates the year stays.',
  base: 'safe-harbor',
  dates: 'year',
  readers: [
    { role: 'consumer', purposes: ['HRESCH', 'PUBHLTH', 'HOPERAT'] },
    { role: 'privacy-officer', purposes: ['HOPERAT', 'HCOMPL', 'LEGAL', 'RECORDMGT'] },
  ],
  rules: [],
  label: 'PSEUDED',
};

/** 164.514(e)(2). For research, public health and health care operations alone, and with a data use agreement. */
export const LIMITED_DATA_SET: Plan = {
  ...SAFE_HARBOR,
  name: 'limited-data-set',
  description: 'Limited data set, 45 CFR 164.514(e)(2): dates, city, state and ZIP code stay. Needs a data use agreement.',
  base: 'limited-data-set',
  dates: 'keep',
  label: 'REDACTED',
};

/** A limited data set whose dates are moved as well: nothing that the calendar could be joined with. */
const SHIFTED: Plan = {
  ...LIMITED_DATA_SET,
  name: 'limited-data-set-shifted',
  description: 'The limited data set with all dates of a patient moved by one secret offset: intervals and weekdays stay.',
  dates: 'shift',
};

/** For people who have to tell records apart and need not know whose they are: support, training, test data. */
const SUPPORT: Plan = {
  name: 'support',
  version: 1,
  description: 'The whole record for operations: numbers masked in their own format, names and contacts tokenized, dates moved, free text left out.',
  base: 'none',
  dates: 'shift',
  readers: [
    { role: 'steward', purposes: ['HOPERAT', 'DATAMGT', 'HQUALIMP'] },
    { role: 'privacy-officer', purposes: ['HOPERAT', 'HCOMPL', 'LEGAL', 'RECORDMGT'] },
  ],
  rules: [
    { path: 'Identifier.value', where: { system: 'http://hl7.org/fhir/sid/us-ssn' }, mask: { kind: 'format-preserving', as: 'ssn' } },
    { path: 'Identifier.value', where: { type: 'SS' }, mask: { kind: 'format-preserving', as: 'ssn' } },
    { path: 'Identifier.value', where: { type: 'MR' }, mask: { kind: 'format-preserving', as: 'mrn' } },
    { path: 'Identifier.value', where: { system: 'http://hl7.org/fhir/sid/us-npi' }, mask: { kind: 'format-preserving', as: 'npi' } },
    { path: 'Identifier.value', mask: { kind: 'partial' } },
    { path: 'HumanName.family', mask: { kind: 'tokenize' } },
    { path: 'ContactPoint.value', where: { system: 'phone' }, mask: { kind: 'format-preserving', as: 'phone' } },
    { path: 'ContactPoint.value', mask: { kind: 'redact' } },
    { path: 'Address.postalCode', mask: { kind: 'generalise', to: 'zip3' } },
    // Ids in them are the sources': one may be a number of the person.
    { path: 'Reference.reference', mask: { kind: 'redact' } },
    // A place to the metre, and whatever else a profile puts there.
    { path: 'Extension', mask: { kind: 'redact' } },
    { path: 'Address.city', mask: { kind: 'keep' } },
    { path: 'Address.state', mask: { kind: 'keep' } },
    { path: 'Address.country', mask: { kind: 'keep' } },
    { path: 'Coding.display', mask: { kind: 'keep' } },
    { path: 'Quantity.unit', mask: { kind: 'keep' } },
    // What is left of texts may be about anybody.
    { path: 'string', mask: { kind: 'redact' } },
    { path: 'markdown', mask: { kind: 'redact' } },
    { path: 'Narrative', mask: { kind: 'redact' } },
    { path: 'Attachment', mask: { kind: 'redact' } },
  ],
  label: 'MASKED',
};

/** The plans that everybody has, by name. */
export const PLANS: readonly Plan[] = [SAFE_HARBOR, LIMITED_DATA_SET, SHIFTED, SUPPORT];

/** The rule and its version that a decision about a masked read names in the audit. */
export const ruleOfPlan = ({ name, version }: Plan): string => `${name}@${version}`;

/** May a token of these roles and this purpose have the record under this plan? Deny by default. */
export function mayHave({ readers }: Pick<Plan, 'readers'>, roles: readonly string[], purpose: string): boolean {
  return readers.some(({ role, purposes }) => roles.includes(role) && purposes.includes(purpose));
}
