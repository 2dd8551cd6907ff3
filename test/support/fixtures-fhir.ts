/** FHIR R4 resources made up by number: the same number gives the same text. Each is padded to about `sizeBytes` by its narrative. */

const LOINC = 'http://loinc.org';
const SNOMED = 'http://snomed.info/sct';
const START_MS = Date.UTC(2015, 0, 1);
const MINUTE_MS = 60_000;

export interface Made {
  readonly resourceType: string;
  readonly category: string;
  /** The resource without its narrative. */
  readonly make: (n: number) => Record<string, unknown>;
}

/** Each number has a minute of its own, so that no two records of one source speak of the same fact. */
function instant(n: number): string {
  return new Date(START_MS + n * MINUTE_MS).toISOString();
}

function coded(system: string, code: string, display: string) {
  return { coding: [{ system, code, display }], text: display };
}

const patient = { reference: 'Patient/p1' };
const clinical = (kind: string, code: string) => ({ coding: [{ system: `http://terminology.hl7.org/CodeSystem/${kind}`, code }] });

function observation(category: string, code: string, display: string, unit: string) {
  return (n: number) => ({
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: category }] }],
    code: coded(LOINC, code, display),
    subject: patient,
    encounter: { reference: `Encounter/e${n}` },
    effectiveDateTime: instant(n),
    issued: instant(n),
    performer: [{ reference: 'Practitioner/dr-1', display: 'Attending' }],
    valueQuantity: { value: 50 + (n % 100), unit, system: 'http://unitsofmeasure.org', code: unit },
  });
}

export const OBSERVATION: Made = { resourceType: 'Observation', category: 'vital-signs', make: observation('vital-signs', '8867-4', 'Heart rate', '/min') };

/** One template for each of ten categories. */
export const TEMPLATES: readonly Made[] = [
  OBSERVATION,
  { resourceType: 'Observation', category: 'laboratory', make: observation('laboratory', '4548-4', 'Hemoglobin A1c', '%') },
  { resourceType: 'Observation', category: 'observations', make: observation('survey', '72514-3', 'Pain severity', '{score}') },
  {
    resourceType: 'AllergyIntolerance',
    category: 'allergies',
    make: (n) => ({
      clinicalStatus: clinical('allergyintolerance-clinical', 'active'),
      code: coded(SNOMED, String(91_936_005 + n), 'Allergy to penicillin'),
      criticality: ['low', 'high', 'unable-to-assess'][n % 3],
      patient,
    }),
  },
  {
    resourceType: 'Condition',
    category: 'conditions',
    make: (n) => ({
      clinicalStatus: clinical('condition-clinical', 'active'),
      code: coded(SNOMED, String(44_054_006 + n), 'Diabetes'),
      subject: patient,
      onsetDateTime: instant(n),
    }),
  },
  {
    resourceType: 'MedicationStatement',
    category: 'medications',
    make: (n) => ({
      status: 'active',
      medicationCodeableConcept: coded('http://www.nlm.nih.gov/research/umls/rxnorm', String(860_975 + n), 'Metformin'),
      subject: patient,
      effectiveDateTime: instant(n),
    }),
  },
  {
    resourceType: 'Immunization',
    category: 'immunizations',
    make: (n) => ({ status: 'completed', vaccineCode: coded('http://hl7.org/fhir/sid/cvx', '140', 'Influenza'), patient, occurrenceDateTime: instant(n) }),
  },
  {
    resourceType: 'Procedure',
    category: 'procedures',
    make: (n) => ({ status: 'completed', code: coded(SNOMED, '80146002', 'Appendectomy'), subject: patient, performedDateTime: instant(n) }),
  },
  {
    resourceType: 'Encounter',
    category: 'encounters',
    make: (n) => ({
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      subject: patient,
      period: { start: instant(n), end: instant(n + 1) },
    }),
  },
  {
    resourceType: 'DiagnosticReport',
    category: 'reports',
    make: (n) => ({ status: 'final', code: coded(LOINC, '58410-2', 'Blood count'), subject: patient, effectiveDateTime: instant(n) }),
  },
];

/** The resource as text. `note` goes into the narrative, so that it changes the content and not the identity. */
export function resourceText({ resourceType, make }: Made, n: number, { sizeBytes = 0, note = '' }: { sizeBytes?: number; note?: string } = {}): string {
  const resource = { resourceType, text: { status: 'generated', div: '' }, ...make(n) };
  const bare = JSON.stringify(resource).length;
  const words = `Number ${n} ${note} `;
  const padding = '.'.repeat(Math.max(1, sizeBytes - bare - words.length - 60));
  resource.text.div = `<div xmlns="http://www.w3.org/1999/xhtml">${words}${padding}</div>`;
  return JSON.stringify(resource);
}

export function patientText(n: string | number): string {
  return JSON.stringify({
    resourceType: 'Patient',
    identifier: [{ system: 'urn:oid:1.2.3.4', value: `MRN-${n}` }],
    name: [{ family: `Family${n}`, given: ['Given'] }],
    gender: 'female',
    birthDate: '1980-02-03',
  });
}
