import type { FhirResource } from '../../../domain/identity/resource.js';
import { statementsOf } from '../../../domain/identity/statements.js';
import type { JsonObject } from '../../../domain/json/json-value.js';
import { agree as statementsAgree } from '../../../domain/resolution/agreement.js';

/** Short codings for tests: `sct('91936005')`. */
const coding =
  (system: string) =>
  (code: string, display = 'whatever') => ({ system, code, display });
export const sct = coding('http://snomed.info/sct');
export const loinc = coding('http://loinc.org');
export const rxnorm = coding('http://www.nlm.nih.gov/research/umls/rxnorm');
export const cvx = coding('http://hl7.org/fhir/sid/cvx');
export const ndc = coding('http://hl7.org/fhir/sid/ndc');
export const icd10 = coding('http://hl7.org/fhir/sid/icd-10-cm');
export const concept = (...codings: readonly object[]): JsonObject => ({ coding: codings as readonly JsonObject[] });

export const resource = (resourceType: string, members: object): FhirResource => ({ resourceType, ...members }) as FhirResource;

/** The one statement of a resource that is no patient. */
export function only(of: FhirResource) {
  const [statement, ...others] = statementsOf(of);
  if (statement === undefined || others.length > 0) throw new Error('one statement was expected');
  return statement;
}

export const identityOf = (of: FhirResource): readonly string[] => only(of).identity;
export const saidBy = (of: FhirResource): string => only(of).value;

/** Whether two resources speak of the same fact. */
export const meet = (a: FhirResource, b: FhirResource): boolean => identityOf(a).some((token) => identityOf(b).includes(token));
/** Whether two resources say the same of the same, to the last digit. */
export const agree = (a: FhirResource, b: FhirResource): boolean => statementsAgree({ ...only(a), precision: [] }, { ...only(b), precision: [] });
