import { type Code, strongCodes } from './codes.js';
import { vaccineIn } from './ndc-cvx.js';
import { type FhirResource, objectsOf } from './resource.js';
import { NDC } from './systems.js';

/** The codes of a vaccination's vaccine; a package that CDC lists names its vaccine as well, as a pharmacy's record does. */
export function vaccineCodes(resource: FhirResource): readonly Code[] {
  const codes = strongCodes(objectsOf(resource, 'vaccineCode'));
  if (!codes.some(({ system }) => system === NDC)) return codes;
  const vaccines = codes.flatMap(({ system, code }) => (system === NDC ? (vaccineIn(code) ?? []) : []));
  return [...new Map([...codes, ...vaccines].map((one) => [`${one.system}|${one.code}`, one])).values()];
}
