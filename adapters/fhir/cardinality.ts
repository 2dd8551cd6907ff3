import type { ErrorObject } from 'ajv';
import { fhirError } from './issue.js';
import type { Cardinality } from './r4-schema.js';

/** The form in which ajv takes the check of a keyword, and in which it is told the errors. */
export interface KeywordCheck<Data> {
  (data: Data, context?: { readonly instancePath: string }): boolean;
  errors?: Partial<ErrorObject>[];
}

type Element = Readonly<Record<string, unknown>>;

function choiceErrors(element: Element, stemOf: ReadonlyMap<string, string>, demanded: readonly string[]): Partial<ErrorObject>[] {
  const chosen = new Map<string, string>();
  const errors: Partial<ErrorObject>[] = [];
  for (const member in element) {
    const name = member.charCodeAt(0) === 95 ? member.slice(1) : member;
    const stem = stemOf.get(name);
    if (stem === undefined) continue;
    const other = chosen.get(stem);
    if (other !== undefined && other !== name) errors.push(fhirError('choice', `one of ${stem}[x]`));
    chosen.set(stem, name);
  }
  for (const stem of demanded) if (!chosen.has(stem)) errors.push(fhirError('required', `${stem}[x]`));
  return errors;
}

/**
 * The check that the elements that must be there are, and that of each choice `[x]` only one member is. A primitive may
 * be there as `_name` alone, with extensions that say why it has no value.
 */
export function cardinalityCheck({ required = [], choices = [] }: Cardinality): KeywordCheck<Element> {
  const stemOf = new Map(choices.flatMap(({ stem, names }) => names.map((name): [string, string] => [name, stem])));
  const demanded = choices.filter((choice) => choice.required === true).map(({ stem }) => stem);
  const check: KeywordCheck<Element> = (element) => {
    const errors: Partial<ErrorObject>[] = [];
    for (const name of required) {
      if (!Object.hasOwn(element, name) && !Object.hasOwn(element, `_${name}`)) errors.push(fhirError('required', name));
    }
    if (stemOf.size > 0) errors.push(...choiceErrors(element, stemOf, demanded));
    if (errors.length > 0) check.errors = errors;
    return errors.length === 0;
  };
  return check;
}
