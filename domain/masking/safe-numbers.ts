import type { WideNumber } from '../json/json-value.js';
import { numberText } from './number-text.js';

/** From six digits on a number may be somebody's: what stands in these elements is smaller. */
const BELOW = 100_000;

/** Elements whose numbers are clinical, or count and order what is in the resource; the number of any other element goes. */
const CLINICAL =
  'Observation: valueInteger; Observation_Component: valueInteger; Goal_Target: detailInteger; ' +
  'Timing_Repeat: count countMax duration durationMax frequency frequencyMax period periodMax offset; Dosage: sequence; ' +
  'MedicationRequest_DispenseRequest: numberOfRepeatsAllowed; Immunization_ProtocolApplied: doseNumberPositiveInt seriesDosesPositiveInt; ' +
  'ImmunizationEvaluation: doseNumberPositiveInt seriesDosesPositiveInt; ImmunizationRecommendation_Recommendation: doseNumberPositiveInt seriesDosesPositiveInt; ' +
  'RiskAssessment_Prediction: probabilityDecimal relativeRisk; VisionPrescription_Prism: amount; ' +
  'VisionPrescription_LensSpecification: add axis backCurve cylinder diameter power sphere; ' +
  'ImagingStudy: numberOfInstances numberOfSeries; ImagingStudy_Series: number numberOfInstances; ImagingStudy_Instance: number; ' +
  'Media: duration frames height width; Encounter_Diagnosis: rank; EpisodeOfCare_Diagnosis: rank; Appointment: minutesDuration priority; ' +
  'Coverage: order; Claim_CareTeam: sequence; Claim_Diagnosis: sequence; Claim_Insurance: sequence; Claim_Procedure: sequence; Claim_SupportingInfo: sequence; ' +
  'Claim_Item: sequence factor careTeamSequence diagnosisSequence informationSequence procedureSequence; Claim_Detail: sequence factor; Claim_SubDetail: sequence factor; ' +
  'ExplanationOfBenefit_CareTeam: sequence; ExplanationOfBenefit_Diagnosis: sequence; ExplanationOfBenefit_Procedure: sequence; ' +
  'ExplanationOfBenefit_SupportingInfo: sequence; ExplanationOfBenefit_Detail: sequence factor; ExplanationOfBenefit_SubDetail: sequence factor; ' +
  'ExplanationOfBenefit_Item: sequence factor careTeamSequence diagnosisSequence informationSequence procedureSequence; ' +
  'ClaimResponse_Item: itemSequence; ClaimResponse_Adjudication: value; ExplanationOfBenefit_Adjudication: value';

const CLINICAL_NUMBERS: ReadonlySet<string> = new Set(
  CLINICAL.split('; ').flatMap((line) => {
    const [definition = '', members = ''] = line.split(': ');
    return members.split(' ').map((member) => `${definition}.${member}`);
  }),
);
/** An amount has a currency beside it, and may be of any size. */
const AMOUNT = 'Money.value';

/** Every element whose numbers stay, as `Definition.member`. */
export const KEPT_NUMBERS: readonly string[] = [...CLINICAL_NUMBERS, AMOUNT];

/** Whether a number may stay in this element: one of six digits where five are the most may be a record number. */
export function isSafeNumber(definition: string, member: string, value: number | WideNumber): boolean {
  const element = `${definition}.${member}`;
  return element === AMOUNT || (CLINICAL_NUMBERS.has(element) && isSmall(value));
}

/** Whether a number is too short to be somebody's. */
export function isSmall(value: number | WideNumber): boolean {
  return Math.abs(Number(numberText(value))) < BELOW;
}
