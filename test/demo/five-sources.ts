type Resource = Readonly<Record<string, unknown>> & { readonly resourceType: string };

/** Five systems that know the same person. All people are made up. */
export const SOURCES = [
  ['hospital-ehr', 'The hospital', 'ehr'],
  ['pharmacy', 'The pharmacy', 'pharmacy'],
  ['clinic', 'A clinic', 'ehr'],
  ['portal', 'The patient portal', 'other'],
  ['insurer', 'The insurer', 'other'],
] as const;

export const ADDRESSES: Readonly<Record<string, { line: string; city: string; postalCode: string }>> = {
  'hospital-ehr': { line: '12 Old Mill Road', city: 'Ashford', postalCode: '20001' },
  pharmacy: { line: '12 Old Mill Rd.', city: 'Ashford', postalCode: '20001' },
  clinic: { line: '12 Old Mill Road', city: 'Ashford', postalCode: '20001' },
  portal: { line: '3 Harbour Street', city: 'Westport', postalCode: '20417' },
  insurer: { line: '7 Station Street', city: 'Ashford', postalCode: '20003' },
};

export function patientOf(source: string, number: string): Resource {
  const { line, city, postalCode } = ADDRESSES[source] as (typeof ADDRESSES)[string];
  return {
    resourceType: 'Patient',
    identifier: [{ system: `urn:oid:1.2.36.146.${source.length}`, value: number }],
    name: [{ use: 'official', family: 'Example', given: ['Ann'] }],
    gender: 'female',
    birthDate: '1980-02-03',
    address: [{ use: 'home', line: [line], city, postalCode }],
  };
}

const penicillin = (criticality: string): Resource => ({
  resourceType: 'AllergyIntolerance',
  category: ['medication'],
  code: { coding: [{ system: 'http://snomed.info/sct', code: '764146007' }] },
  criticality,
  patient: { reference: 'Patient/1' },
});

export const ALLERGIES: readonly (readonly [source: string, resource: Resource])[] = [
  ['hospital-ehr', penicillin('high')],
  ['pharmacy', penicillin('low')],
  ['clinic', penicillin('high')],
];

/** What the patient herself says. */
export const NO_DRUG_ALLERGY: Resource = {
  resourceType: 'AllergyIntolerance',
  code: { coding: [{ system: 'http://snomed.info/sct', code: '409137002' }] },
  patient: { reference: 'Patient/1' },
};

const metformin = (status: string): Resource => ({
  resourceType: 'MedicationStatement',
  status,
  medicationCodeableConcept: { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '860975' }] },
  subject: { reference: 'Patient/1' },
  effectivePeriod: { start: '2024-03-01' },
});

export const MEDICATIONS: readonly (readonly [source: string, resource: Resource])[] = [
  ['hospital-ehr', metformin('active')],
  ['pharmacy', metformin('stopped')],
  ['clinic', metformin('active')],
];
