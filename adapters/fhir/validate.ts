import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { cardinalityCheck, type KeywordCheck } from './cardinality.js';
import { STRING_FORMATS } from './formats.js';
import { type FhirIssue, fhirError, issueOf, MAX_ISSUES } from './issue.js';
import { ANY_RESOURCE, loadR4Schema, type R4Schema } from './r4-schema.js';

export type { FhirIssue, FhirRule } from './issue.js';

export interface FhirValidator {
  /** The first ten breaches of structure, none if the resource is sound. It changes nothing in the resource. */
  validate(resource: unknown): FhirIssue[];
  /** Compiles types ahead of use, so that no request has to wait some 10 ms for it. Unknown names are ignored. */
  prepare(types: readonly string[]): void;
  /** Whether FHIR R4 has a resource type of this name. */
  knows(type: string): boolean;
}

/** Elements within elements; sound resources stay far below, and the stack ends somewhere beyond. */
const MAX_DEPTH = 100;

type Issues = readonly Partial<ErrorObject>[];
const NO_ISSUES: Issues = [];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const under = (path: string, issues: Issues): Partial<ErrorObject>[] => issues.map((issue) => ({ ...issue, instancePath: path + (issue.instancePath ?? '') }));

/**
 * Compiles each definition of FHIR on its first use. Definitions name each other and are joined by two keywords of
 * ours, `fhirType` and `fhirItems`, instead of `$ref`: an extension alone could hold fifty types, whose compilation
 * would cost 300 ms, and ajv's own collecting of errors grows with the square of their number.
 */
class R4Validator implements FhirValidator {
  readonly #ajv = new Ajv({
    // A clinical record is judged as it was sent: nothing is coerced, filled in or dropped.
    coerceTypes: false,
    useDefaults: false,
    removeAdditional: false,
    allErrors: true,
    strict: false,
    validateSchema: false,
    meta: false,
    formats: STRING_FORMATS,
  });
  readonly #schema: R4Schema = loadR4Schema();
  readonly #compiled = new Map<string, ValidateFunction>();
  #depth = 0;

  constructor() {
    this.#ajv.addKeyword({ keyword: 'fhirElement', type: 'object', errors: true, compile: cardinalityCheck });
    this.#ajv.addKeyword({ keyword: 'fhirType', errors: 'full', compile: (name: string) => this.#typeCheck(name) });
    this.#ajv.addKeyword({
      keyword: 'fhirItems',
      type: 'array',
      errors: 'full',
      compile: ({ definition, nullable }: { definition: string; nullable: boolean }) => this.#itemsCheck(definition, nullable),
    });
  }

  knows(type: string): boolean {
    return this.#schema.types.has(type);
  }

  prepare(types: readonly string[]): void {
    for (const type of types) if (this.knows(type)) this.#validatorOf(type);
  }

  validate(resource: unknown): FhirIssue[] {
    this.#depth = 0;
    return this.#issuesOf(ANY_RESOURCE, resource)
      .slice(0, MAX_ISSUES)
      .map((error) => issueOf(error as ErrorObject));
  }

  #validatorOf(definition: string): ValidateFunction {
    const known = this.#compiled.get(definition);
    if (known !== undefined) return known;
    const check = this.#ajv.compile(this.#schema.schemaOf(definition));
    this.#compiled.set(definition, check);
    return check;
  }

  /** What is wrong with an element of this definition, paths relative to it. At most some tens: each array stops at ten. */
  #issuesOf(definition: string, element: unknown): Issues {
    let name = definition;
    if (name === ANY_RESOURCE) {
      const fault = this.#typeFault(element);
      if (fault !== null) return [fault];
      name = (element as { resourceType: string }).resourceType;
    }
    if (this.#depth >= MAX_DEPTH) return [fhirError('too-deep', `at most ${MAX_DEPTH} levels`, '')];
    const check = this.#validatorOf(name);
    this.#depth += 1;
    const isSound = check(element);
    this.#depth -= 1;
    if (isSound) return NO_ISSUES;
    const errors = check.errors ?? [];
    // The errors hold names out of the resource, and the compiled function would keep them until its next call.
    check.errors = null;
    return errors.slice(0, MAX_ISSUES);
  }

  #typeFault(resource: unknown): Partial<ErrorObject> | null {
    if (!isObject(resource)) return fhirError('type', 'object', '');
    const type = resource['resourceType'];
    if (type === undefined) return fhirError('missing-resource-type', 'resourceType', '');
    const isKnown = typeof type === 'string' && this.knows(type);
    return isKnown ? null : fhirError('unknown-resource-type', 'a FHIR R4 resource type', '/resourceType');
  }

  #typeCheck(definition: string): KeywordCheck<unknown> {
    const check: KeywordCheck<unknown> = (element, context) => {
      const issues = this.#issuesOf(definition, element);
      if (issues.length === 0) return true;
      check.errors = under(context?.instancePath ?? '', issues);
      return false;
    };
    return check;
  }

  #itemsCheck(definition: string, nullable: boolean): KeywordCheck<readonly unknown[]> {
    const check: KeywordCheck<readonly unknown[]> = (items, context) => {
      const errors: Partial<ErrorObject>[] = [];
      for (let index = 0; index < items.length && errors.length < MAX_ISSUES; index += 1) {
        if (nullable && items[index] === null) continue;
        const issues = this.#issuesOf(definition, items[index]);
        if (issues.length > 0) errors.push(...under(`${context?.instancePath ?? ''}/${index}`, issues));
      }
      if (errors.length > 0) check.errors = errors;
      return errors.length === 0;
    };
    return check;
  }
}

/**
 * A validator of the structure of FHIR R4 resources against HL7's JSON Schema, with the cardinalities that the schema
 * leaves out. It checks no terminology beyond required codes, no invariants, no profiles and no references.
 */
export const createFhirValidator = (): FhirValidator => new R4Validator();
