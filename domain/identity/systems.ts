export const SNOMED = 'http://snomed.info/sct';
export const LOINC = 'http://loinc.org';
export const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';
export const NDC = 'http://hl7.org/fhir/sid/ndc';
export const CVX = 'http://hl7.org/fhir/sid/cvx';
export const ICD_10_CM = 'http://hl7.org/fhir/sid/icd-10-cm';
export const ICD_10 = 'http://hl7.org/fhir/sid/icd-10';
export const ICD_9_CM = 'http://hl7.org/fhir/sid/icd-9-cm';
export const ICD_10_PCS = 'http://www.cms.gov/Medicare/Coding/ICD10';
export const CPT = 'http://www.ama-assn.org/go/cpt';
export const HCPCS = 'https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets';
export const UCUM = 'http://unitsofmeasure.org';
export const UNII = 'http://fdasis.nlm.nih.gov';
/** The International Patient Summary's codes for "none known" and "no information". */
export const ABSENT_UNKNOWN = 'http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips';
export const SSN = 'http://hl7.org/fhir/sid/us-ssn';
const NPI = 'http://hl7.org/fhir/sid/us-npi';
const NULL_FLAVOR = 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor';
const DATA_ABSENT_REASON = 'http://terminology.hl7.org/CodeSystem/data-absent-reason';

/**
 * What a system is called elsewhere: its OID (v3, CDA), its name in HL7 v2 table 0396, and spellings seen in the wild.
 * (http://hl7.org/fhir/R4/terminologies-systems.html)
 */
const ALIASES: readonly (readonly [system: string, oids: string, names: string])[] = [
  [SNOMED, '2.16.840.1.113883.6.96', 'SCT SNM SNOMED SNOMED-CT'],
  [LOINC, '2.16.840.1.113883.6.1', 'LN LOINC'],
  [RXNORM, '2.16.840.1.113883.6.88', 'RXNORM'],
  [NDC, '2.16.840.1.113883.6.69', 'NDC'],
  [CVX, '2.16.840.1.113883.12.292 2.16.840.1.113883.6.59', 'CVX'],
  [ICD_10_CM, '2.16.840.1.113883.6.90', 'I10C ICD10CM ICD-10-CM http://hl7.org/fhir/sid/icd-10-us'],
  [ICD_10, '2.16.840.1.113883.6.3', 'I10 ICD10'],
  [
    ICD_9_CM,
    '2.16.840.1.113883.6.103 2.16.840.1.113883.6.104',
    'I9C I9CDX ICD9CM ICD-9-CM http://hl7.org/fhir/sid/icd-9-cm/diagnosis http://hl7.org/fhir/sid/icd-9-cm/procedure',
  ],
  [ICD_10_PCS, '2.16.840.1.113883.6.4', 'I10P ICD10PCS ICD-10-PCS'],
  [CPT, '2.16.840.1.113883.6.12', 'C4 CPT4 CPT'],
  [HCPCS, '2.16.840.1.113883.6.285', 'HCPCS HPC'],
  [UCUM, '2.16.840.1.113883.6.8', 'UCUM'],
  [UNII, '2.16.840.1.113883.4.9', 'UNII'],
  [ABSENT_UNKNOWN, '2.16.840.1.113883.5.1150.1', ''],
  [SSN, '2.16.840.1.113883.4.1', ''],
  [NPI, '2.16.840.1.113883.4.6', ''],
  [NULL_FLAVOR, '2.16.840.1.113883.5.1008', ''],
];

const CANONICAL = new Map<string, string>(
  ALIASES.flatMap(([system, oids, names]): [string, string][] => [
    [system.toLowerCase(), system],
    ...oids.split(' ').flatMap((oid): [string, string][] => [
      [oid, system],
      [`urn:oid:${oid}`, system],
    ]),
    ...names
      .split(' ')
      .filter((name) => name !== '')
      .map((name): [string, string] => [name.toLowerCase(), system]),
  ]),
);

/** Most systems come as they should; these need no look-up under other spellings. */
const EXACT = new Set(ALIASES.map(([system]) => system));
const HL7 = 'http://terminology.hl7.org/';

/**
 * The URI by which FHIR knows a code or identifier system, from its URI, OID or HL7 v2 name. A system that is not known
 * stays as it is, case included: `Identifier.system` and `Coding.system` are case-sensitive (R4).
 */
export function canonicalSystem(system: string): string {
  if (EXACT.has(system) || system.startsWith(HL7)) return system;
  const plain = system
    .toLowerCase()
    .replace(/^https:/, 'http:')
    .replace(/\/$/, '');
  const known = CANONICAL.get(plain) ?? CANONICAL.get(system.toLowerCase());
  if (known !== undefined) return known;
  // An edition's URI (`http://snomed.info/sct/731000124108`) names a version of the one system.
  return plain.startsWith(`${SNOMED}/`) ? SNOMED : system;
}

export const isNullFlavorSystem = (canonical: string): boolean =>
  canonical === NULL_FLAVOR || canonical === DATA_ABSENT_REASON || canonical === 'http://hl7.org/fhir/v3/NullFlavor';
