import type { Category } from '../../schemas/phi/categories.js';
import { codeOnly, LOINC } from './codes.js';
import { type FhirResource, objectsOf, stringOf } from './resource.js';

const TYPES: Readonly<Partial<Record<Category, string>>> = {
  demographics: 'Patient Person RelatedPerson',
  allergies: 'AllergyIntolerance',
  conditions: 'Condition ClinicalImpression DetectedIssue AdverseEvent Flag RiskAssessment',
  medications: 'Medication MedicationAdministration MedicationDispense MedicationKnowledge MedicationRequest MedicationStatement',
  immunizations: 'Immunization ImmunizationEvaluation ImmunizationRecommendation',
  procedures: 'Procedure',
  laboratory: 'Specimen MolecularSequence',
  observations: 'QuestionnaireResponse BodyStructure',
  imaging: 'ImagingStudy Media',
  encounters: 'Encounter EpisodeOfCare Appointment AppointmentResponse',
  documents: 'DocumentReference DocumentManifest Composition Binary Communication Bundle',
  reports: 'DiagnosticReport',
  'care-plans': 'CarePlan CareTeam Goal',
  devices: 'Device DeviceMetric DeviceUseStatement BiologicallyDerivedProduct',
  coverage: 'Coverage CoverageEligibilityRequest CoverageEligibilityResponse EnrollmentRequest EnrollmentResponse',
  financial: 'Account ChargeItem Claim ClaimResponse Contract ExplanationOfBenefit Invoice PaymentNotice PaymentReconciliation',
  orders: 'ServiceRequest DeviceRequest NutritionOrder VisionPrescription SupplyRequest SupplyDelivery CommunicationRequest RequestGroup Task',
  'family-history': 'FamilyMemberHistory',
  consents: 'Consent',
  administrative:
    'Practitioner PractitionerRole Organization OrganizationAffiliation Location HealthcareService Endpoint Schedule Slot Group List Linkage Provenance AuditEvent VerificationResult ResearchStudy ResearchSubject InsurancePlan MeasureReport GuidanceResponse',
};

const CATEGORY_OF_TYPE = new Map<string, Category>(
  Object.entries(TYPES).flatMap(([category, types]) => types.split(' ').map((type) => [type, category as Category])),
);

/** Whether it is the name of a FHIR type that records are made of: text that only looks like one may be anybody's. */
export const isRecordType = (type: string): boolean => type === 'Observation' || CATEGORY_OF_TYPE.has(type);

/** The FHIR types of a category; what an Observation is, its own category says. */
export function typesOf(category: string): readonly string[] {
  return [...CATEGORY_OF_TYPE].filter(([, own]) => own === category).map(([type]) => type);
}

const OBSERVATION_CATEGORY_SYSTEMS = new Set(['http://terminology.hl7.org/CodeSystem/observation-category', 'http://hl7.org/fhir/observation-category']);

/** In this order, because an image of a laboratory is still that laboratory's, and the first is the more specific. */
const OBSERVATION_CATEGORIES: readonly Category[] = ['laboratory', 'vital-signs', 'imaging'];

/** The R4 vital signs profile's codes (http://hl7.org/fhir/R4/observation-vitalsigns.html), and usual variants of them. */
const VITAL_SIGNS = new Set(
  (
    '85353-1 9279-1 8867-4 2708-6 59408-5 8310-5 8302-2 9843-4 29463-7 39156-5 85354-9 8480-6 8462-4 8478-0 ' +
    '8306-3 8287-5 3141-9 59576-9 77606-2 8289-1 8331-1 8332-9 8333-7 55284-4 96607-7 76534-7 3150-6'
  ).split(' '),
);

function categoryOfObservation(resource: FhirResource): Category {
  const stated = new Set<string>();
  for (const concept of objectsOf(resource, 'category')) {
    for (const coding of objectsOf(concept, 'coding')) {
      const system = stringOf(coding, 'system');
      const code = stringOf(coding, 'code');
      if (code !== null && (system === null || OBSERVATION_CATEGORY_SYSTEMS.has(system))) stated.add(code);
    }
  }
  const found = OBSERVATION_CATEGORIES.find((category) => stated.has(category));
  if (found !== undefined) return found;
  if (stated.size > 0) return 'observations';
  const codes = objectsOf(resource, 'code').flatMap((concept) => objectsOf(concept, 'coding'));
  return codes.some((coding) => VITAL_SIGNS.has(codeOnly(coding, LOINC) ?? '')) ? 'vital-signs' : 'observations';
}

/** The data category of a FHIR R4 resource. A type that is not listed is `other`: it never fails. */
export function categoryOf(resource: FhirResource): Category {
  if (resource.resourceType === 'Observation') return categoryOfObservation(resource);
  return CATEGORY_OF_TYPE.get(resource.resourceType) ?? 'other';
}

/** Where a type names the person it is about, if not in `subject` or `patient`. */
const PERSON_MEMBERS = new Map<string, readonly string[]>([
  ['AppointmentResponse', ['actor']],
  ['Coverage', ['beneficiary']],
  ['EnrollmentRequest', ['candidate']],
  ['ResearchSubject', ['individual']],
  ['Schedule', ['actor']],
  ['SupplyRequest', ['deliverTo']],
  ['Task', ['for']],
]);
const USUAL_MEMBERS = ['subject', 'patient'];

const PATIENT = /(?:^|\/)Patient[/?]/;
const RELATIVE_OTHER_TYPE = /(?:^|\/)[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]+(?:\/_history\/[A-Za-z0-9\-.]+)?$/;

/** A `urn:uuid:` or a contained id does not say the type; then only `Reference.type` could say that it is not a patient. */
function namesPatient(reference: string, type: string | null): boolean {
  if (PATIENT.test(reference)) return true;
  if (type !== null) return type === 'Patient';
  return !RELATIVE_OTHER_TYPE.test(reference);
}

function patientAmong(owner: FhirResource, member: string): string | null {
  for (const reference of objectsOf(owner, member)) {
    const text = stringOf(reference, 'reference');
    if (text !== null && namesPatient(text, stringOf(reference, 'type'))) return text;
  }
  return null;
}

function appointedPatient(resource: FhirResource): string | null {
  for (const participant of objectsOf(resource, 'participant')) {
    for (const actor of objectsOf(participant, 'actor')) {
      const text = stringOf(actor, 'reference');
      if (text !== null && (PATIENT.test(text) || stringOf(actor, 'type') === 'Patient')) return text;
    }
  }
  return null;
}

/**
 * The reference by which a resource names the patient it is about, as it was written (relative, absolute, `urn:uuid:`,
 * `#contained` or conditional). `null` if it names none by a reference: a `Patient` itself, a subject that is a group,
 * device or location, a subject given only by identifier or display.
 */
export function patientReferenceOf(resource: FhirResource): string | null {
  if (resource.resourceType === 'Appointment') return appointedPatient(resource);
  for (const member of PERSON_MEMBERS.get(resource.resourceType) ?? USUAL_MEMBERS) {
    const reference = patientAmong(resource, member);
    if (reference !== null) return reference;
  }
  return null;
}
