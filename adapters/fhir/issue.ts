import type { ErrorObject } from 'ajv';

/**
 * Where and how a resource breaks FHIR R4's structure. It never holds anything that stands in the resource: not a
 * value, and not the name of a member that FHIR does not know, since such a name may itself be PHI.
 */
export interface FhirIssue {
  /** JSON pointer to the element; for a missing or unknown member, to the object it is missing from or stands in. */
  readonly path: string;
  readonly rule: FhirRule;
  /** What FHIR wants there: a type, the name of the missing element, the codes allowed, a limit. */
  readonly expected?: string;
}

export type FhirRule =
  | 'missing-resource-type'
  | 'unknown-resource-type'
  | 'unknown-member'
  | 'required'
  | 'choice'
  | 'type'
  | 'format'
  | 'code'
  | 'range'
  | 'empty'
  | 'too-deep';

export const MAX_ISSUES = 10;
const MAX_EXPECTED_LENGTH = 300;

const RULES: Readonly<Record<string, FhirRule>> = {
  additionalProperties: 'unknown-member',
  const: 'unknown-resource-type',
  enum: 'code',
  format: 'format',
  maximum: 'range',
  minimum: 'range',
  minItems: 'empty',
  minProperties: 'empty',
  required: 'required',
  type: 'type',
};

/** Which of an error's parameters says what was expected. No other may leave: `additionalProperty` is a name out of the resource. */
const EXPECTED: Readonly<Record<string, string>> = {
  enum: 'allowedValues',
  fhir: 'expected',
  format: 'format',
  maximum: 'limit',
  minimum: 'limit',
  minItems: 'limit',
  minProperties: 'limit',
  required: 'missingProperty',
  type: 'type',
};

function expectedOf({ keyword, params }: ErrorObject): string | undefined {
  const name = EXPECTED[keyword];
  const said: unknown = name === undefined ? undefined : params[name];
  if (said === undefined) return undefined;
  const text = Array.isArray(said) ? said.filter((item) => item !== null && item !== 'null').join(' | ') : String(said);
  return text.length > MAX_EXPECTED_LENGTH ? `${text.slice(0, MAX_EXPECTED_LENGTH)} …` : text;
}

export function issueOf(error: ErrorObject): FhirIssue {
  const rule = (error.params['rule'] as FhirRule | undefined) ?? RULES[error.keyword] ?? 'type';
  const expected = expectedOf(error);
  return { path: error.instancePath, rule, ...(expected === undefined ? {} : { expected }) };
}

/** An error of one of our own keywords; ajv adds the path of the element unless one is given. */
export const fhirError = (rule: FhirRule, expected?: string, instancePath?: string): Partial<ErrorObject> => ({
  keyword: 'fhir',
  params: { rule, ...(expected === undefined ? {} : { expected }) },
  ...(instancePath === undefined ? {} : { instancePath }),
});
