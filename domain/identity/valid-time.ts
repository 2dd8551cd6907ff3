import { isJsonObject, type JsonValue } from '../json/lossless.js';
import type { FhirResource } from './resource.js';
import { endInstant, firstInstant, isTime, readTime, type TimeFault } from './time.js';

/**
 * When a resource's content is true, as instants `YYYY-MM-DDTHH:MM:SS.sssZ` that compare as text. `from` is the first
 * instant that the stated time may mean, `to` the first instant after the stated end; `null` is unknown or open.
 */
export interface ValidTime {
  readonly from: string | null;
  readonly to: string | null;
}

/** A time that is none. The path is a JSON pointer; what stands there is not told. */
export interface DateFault {
  readonly path: string;
  readonly reason: TimeFault | 'reversed';
}

/** Where a type says since when, and until when. The first that is there counts; a period gives its start or its end. */
interface Places {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

const both = (...paths: string[]): Places => ({ from: paths, to: paths.filter((path) => /[Pp]eriod$|^applies$/.test(path)) });
const EFFECTIVE = both('effectiveDateTime', 'effectiveInstant', 'effectivePeriod', 'effectiveTiming.repeat.boundsPeriod');
const OCCURRENCE = both('occurrenceDateTime', 'occurrencePeriod', 'occurrenceTiming.repeat.boundsPeriod');
const ORDERED = both(...OCCURRENCE.from, 'authoredOn');
const PERIOD = both('period');
const CLAIMED = both('billablePeriod', 'created');
const SERVICED = both('servicedPeriod', 'servicedDate', 'created');
const DATE = both('date');
const CREATED = both('created');

const PLACES: ReadonlyMap<string, Places> = new Map(
  Object.entries({
    Account: both('servicePeriod'),
    AdverseEvent: both('date', 'detected'),
    AllergyIntolerance: { from: ['onsetDateTime', 'onsetPeriod'], to: [] },
    Appointment: { from: ['start'], to: ['end'] },
    CarePlan: PERIOD,
    CareTeam: PERIOD,
    ChargeItem: OCCURRENCE,
    Claim: CLAIMED,
    ClaimResponse: CREATED,
    ClinicalImpression: both('effectiveDateTime', 'effectivePeriod', 'date'),
    Communication: both('sent', 'received'),
    CommunicationRequest: ORDERED,
    Composition: DATE,
    Condition: { from: ['onsetDateTime', 'onsetPeriod'], to: ['abatementDateTime', 'abatementPeriod'] },
    Consent: both('provision.period', 'dateTime'),
    Contract: both('applies', 'issued'),
    Coverage: PERIOD,
    CoverageEligibilityRequest: SERVICED,
    CoverageEligibilityResponse: SERVICED,
    DetectedIssue: both('identifiedDateTime', 'identifiedPeriod'),
    DeviceRequest: ORDERED,
    DeviceUseStatement: both('timingDateTime', 'timingPeriod', 'timingTiming.repeat.boundsPeriod', 'recordedOn'),
    DiagnosticReport: EFFECTIVE,
    DocumentManifest: CREATED,
    DocumentReference: both('context.period', 'date'),
    Encounter: PERIOD,
    EnrollmentRequest: CREATED,
    EpisodeOfCare: PERIOD,
    ExplanationOfBenefit: CLAIMED,
    FamilyMemberHistory: DATE,
    Flag: PERIOD,
    Goal: { from: ['startDate'], to: [] },
    ImagingStudy: both('started'),
    Immunization: both('occurrenceDateTime'),
    ImmunizationEvaluation: DATE,
    ImmunizationRecommendation: DATE,
    Invoice: DATE,
    List: DATE,
    MeasureReport: PERIOD,
    Media: both('createdDateTime', 'createdPeriod'),
    MedicationAdministration: EFFECTIVE,
    MedicationDispense: both('whenHandedOver', 'whenPrepared'),
    MedicationRequest: both('authoredOn'),
    MedicationStatement: EFFECTIVE,
    NutritionOrder: both('dateTime'),
    Observation: EFFECTIVE,
    Procedure: both('performedDateTime', 'performedPeriod'),
    Provenance: both('occurredDateTime', 'occurredPeriod'),
    QuestionnaireResponse: both('authored'),
    RequestGroup: both('authoredOn'),
    RiskAssessment: both('occurrenceDateTime', 'occurrencePeriod'),
    ServiceRequest: ORDERED,
    Specimen: both('collection.collectedDateTime', 'collection.collectedPeriod', 'receivedTime'),
    SupplyDelivery: OCCURRENCE,
    SupplyRequest: ORDERED,
    Task: both('executionPeriod', 'authoredOn'),
    VisionPrescription: both('dateWritten', 'created'),
  }),
);

const NOWHERE: Places = { from: [], to: [] };
const placesOf = (resource: FhirResource): Places => PLACES.get(resource.resourceType) ?? NOWHERE;

function at(resource: FhirResource, path: string): JsonValue | undefined {
  if (!path.includes('.')) return resource[path];
  let value: JsonValue | undefined = resource;
  for (const member of path.split('.')) value = isJsonObject(value) ? value[member] : undefined;
  return value;
}

const textAt = (value: JsonValue | undefined, bound: 'start' | 'end'): JsonValue | undefined => (isJsonObject(value) ? value[bound] : value);

function instantOf(text: JsonValue | undefined, instant: typeof firstInstant): string | null {
  if (typeof text !== 'string') return null;
  const time = readTime(text.trim());
  return isTime(time) ? instant(time) : null;
}

/**
 * The clinical time that a resource is true of, by its type: onset and abatement, effective, performed, occurrence,
 * period, authored … Never a time of recording, and never a birth date: a `Patient` has none. A time that is none
 * counts as unknown here; `dateFault` says so.
 */
export function validTimeOf(resource: FhirResource): ValidTime {
  const places = placesOf(resource);
  let from: string | null = null;
  for (const path of places.from) {
    from = instantOf(textAt(at(resource, path), 'start'), firstInstant);
    if (from !== null) break;
  }
  for (const path of places.to) {
    const to = instantOf(textAt(at(resource, path), 'end'), endInstant);
    if (to !== null) return { from, to };
  }
  return { from, to: null };
}

function faultAt(resource: FhirResource, path: string): DateFault | null {
  const value = at(resource, path);
  const pointer = `/${path.replaceAll('.', '/')}`;
  const texts: readonly (readonly [string, JsonValue | undefined])[] = isJsonObject(value)
    ? [
        [`${pointer}/start`, value['start']],
        [`${pointer}/end`, value['end']],
      ]
    : [[pointer, value]];
  for (const [where, text] of texts) {
    if (text === undefined || text === null) continue;
    const read = typeof text === 'string' ? readTime(text.trim()) : 'malformed';
    if (!isTime(read)) return { path: where, reason: read };
  }
  return null;
}

/**
 * The first of a resource's clinical times that no calendar has, that is malformed, or that ends before it starts
 * (R4 per-1); `null` if all are good. Only the times that `validTimeOf` reads are looked at.
 */
export function dateFault(resource: FhirResource): DateFault | null {
  const places = placesOf(resource);
  for (const path of new Set([...places.from, ...places.to])) {
    const fault = faultAt(resource, path);
    if (fault !== null) return fault;
  }
  const { from, to } = validTimeOf(resource);
  const end = places.to.find((path) => at(resource, path) !== undefined);
  return from !== null && to !== null && to <= from ? { path: `/${(end ?? '').replaceAll('.', '/')}`, reason: 'reversed' } : null;
}
