import type { SensitiveScope } from './scopes.js';

export const SNOMED = 'http://snomed.info/sct';
export const LOINC = 'http://loinc.org';
export const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';
const ICD_10_CM = 'http://hl7.org/fhir/sid/icd-10-cm';
const ICD_10 = 'http://hl7.org/fhir/sid/icd-10';
const ICD_9_CM = 'http://hl7.org/fhir/sid/icd-9-cm';

/** What makes a code sensitive wherever it stands. */
export interface CodeRule {
  readonly id: string;
  readonly scope: SensitiveScope;
  readonly from: string;
  readonly codes: readonly { readonly system: string; readonly codes: readonly string[] }[];
  /** Beginnings of codes, without dots, of systems whose codes stand in families. */
  readonly starts?: readonly { readonly system: string; readonly starts: readonly string[] }[];
  /** Systems of which every code is. */
  readonly systems?: readonly string[];
  /** Systems whose displays follow rules, and what a display says of codes that nobody has listed. A regular expression, in any case. */
  readonly displays?: readonly { readonly system: string; readonly says: string }[];
}

export const OWN = 'this project';
export const words = (text: string): readonly string[] => text.split(' ');

/** ICD-10 and ICD-10-CM agree on these families; what is older than October 2015 has ICD-9-CM. */
export const icd = (ten: string, nine: string): NonNullable<CodeRule['starts']> => [
  { system: ICD_10_CM, starts: words(ten) },
  { system: ICD_10, starts: words(ten) },
  { system: ICD_9_CM, starts: words(nine) },
];
