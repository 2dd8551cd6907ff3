import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, WideNumber } from '../json/json-value.js';
import { countryOf, isUsCountry, stateOf, zip3Of } from './geography.js';
import { numberText } from './number-text.js';
import { safeCoding, safeUnit } from './safe-codes.js';
import { isSmall } from './safe-numbers.js';
import type { MaskTools, Shapes } from './tools.js';

/** 164.514(b)(2)(i)(C): ages above become "90 or older". */
export const OLDEST_YEARS = 89;
/** How many of a unit of time make a year. */
const IN_A_YEAR: ReadonlyMap<string, number> = new Map([
  ['a', 1],
  ['mo', 12],
  ['wk', 52],
  ['d', 365],
]);
const QUANTITIES: ReadonlySet<string> = new Set(['Quantity', 'Age', 'Count', 'Distance', 'Duration']);

/** What becomes of ages; where an observation is of an age, a number without a unit is one. */
export type AgeRule = 'kept' | 'capped' | 'capped, in years without a unit';

/** LOINC: age, age reported, calculated, estimated, at death, current or at death. */
const AGE_CODES: ReadonlySet<string> = new Set(['30525-0', '21612-7', '29553-5', '21611-9', '39016-1', '63900-5', '97062-4']);

/** Whether an observation, or a component of one, is of an age. */
export function isAboutAge({ code }: JsonObject): boolean {
  const coding = isJsonObject(code) ? code['coding'] : undefined;
  return isJsonArray(coding) && coding.some((one) => isJsonObject(one) && AGE_CODES.has(String(one['code'])));
}

export const isQuantity = (type: string): boolean => QUANTITIES.has(type);

/** A code of a system that everybody shares, without its words. */
export function codingOf(value: JsonObject, { known }: MaskTools): JsonObject | undefined {
  const coding = safeCoding(value['system'], value['code']);
  if (coding === null || known.holds(coding.code) || (coding.system.startsWith('http:') && known.holds(coding.system))) return undefined;
  return typeof value['userSelected'] === 'boolean' ? { ...coding, userSelected: value['userSelected'] } : coding;
}

/**
 * A quantity with its unit in UCUM. A number whose unit cannot be told would be worse than none, and one of six digits that
 * has none may be a record number. Ages over 89 become "90 or older", in whatever unit of time they are.
 */
export function quantityOf(value: JsonObject, { known }: MaskTools, ages: AgeRule): JsonObject | undefined {
  const { value: number, comparator, system, code, unit } = value as Readonly<Record<string, JsonValue | undefined>>;
  if (typeof number !== 'number' && !(number instanceof WideNumber)) return undefined;
  const bare = code === undefined && unit === undefined;
  const safe = safeUnit(system, code, unit);
  if (safe === null ? !bare : known.holds(safe.code)) return undefined;
  if (known.holds(numberText(number)) || (hasNoDimension(safe?.code) && !isSmall(number))) return undefined;
  const unitless = ages === 'capped, in years without a unit' ? 1 : Number.POSITIVE_INFINITY;
  const years = Number(numberText(number)) / (IN_A_YEAR.get(safe?.code ?? '') ?? unitless);
  if (ages !== 'kept' && years > OLDEST_YEARS) return { value: 90, comparator: '>=', system: 'http://unitsofmeasure.org', code: 'a' };
  return { value: number, ...(isComparator(comparator) ? { comparator } : {}), ...safe };
}

/** No unit at all, or a word in braces, which is none to UCUM. */
function hasNoDimension(unit: string | undefined): boolean {
  return unit === undefined || unit === '1' || unit.startsWith('{');
}

function isComparator(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && /^[<>]=?$/.test(value);
}

/** State, country and three digits of the ZIP code, or, for a limited data set, town, state, ZIP code and country. */
export function addressOf(value: JsonObject, limited: boolean): JsonObject | undefined {
  const { city, state, postalCode, country } = value as Readonly<Record<string, JsonValue | undefined>>;
  const kept: Record<string, JsonValue> = {};
  if (limited) {
    if (typeof city === 'string') kept['city'] = city;
    if (typeof state === 'string') kept['state'] = state;
    if (typeof postalCode === 'string' && /^[A-Za-z0-9 -]{3,10}$/.test(postalCode)) kept['postalCode'] = postalCode;
  } else if (isUsCountry(country)) {
    const code = typeof state === 'string' ? stateOf(state) : null;
    const zip = typeof postalCode === 'string' ? zip3Of(postalCode) : null;
    if (code !== null) kept['state'] = code;
    if (zip !== null) kept['postalCode'] = zip;
  }
  const land = typeof country === 'string' ? countryOf(country) : null;
  if (land !== null) kept['country'] = land;
  return Object.keys(kept).length === 0 ? undefined : kept;
}

const ABOUT_THE_PATIENT: ReadonlySet<string> = new Set(['subject', 'patient', 'beneficiary']);
const TYPE_AND_ID = /(?:^|\/)([A-Z][A-Za-z]{2,40})\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]*)?$/;
const URN = /^urn:(?:uuid|oid):(.{1,100})$/;

/** A reference under the ids of this answer, without the words and numbers that stand beside it. */
export function referenceOf(value: JsonObject, member: string, tools: MaskTools): JsonObject | undefined {
  const reference = value['reference'];
  if (typeof reference !== 'string') return undefined;
  const text = referenceText(reference, member, tools, tools.shapes);
  return text === undefined ? undefined : { reference: text };
}

function referenceText(reference: string, member: string, tools: MaskTools, shapes: Shapes): string | undefined {
  if (reference === '#') return reference;
  if (reference.startsWith('#')) return `#${tools.idFor(reference.slice(1))}`;
  const [, type = '', id = ''] = TYPE_AND_ID.exec(reference) ?? [];
  if (type === 'Patient') return `Patient/${tools.pseudonym}`;
  if (type !== '' && shapes(type) !== undefined) return `${type}/${tools.idFor(id)}`;
  const urn = URN.exec(reference)?.[1];
  if (urn === undefined) return undefined;
  return ABOUT_THE_PATIENT.has(member) ? `Patient/${tools.pseudonym}` : `urn:uuid:${tools.idFor(urn)}`;
}

const US_CORE = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-';
const EXTENSIONS: ReadonlySet<string> = new Set([
  `${US_CORE}race`,
  `${US_CORE}ethnicity`,
  `${US_CORE}birthsex`,
  'ombCategory',
  'http://hl7.org/fhir/StructureDefinition/data-absent-reason',
]);

/** Extensions whose meaning is known, and known to be safe. The detail of a race or an ethnicity (`detailed`) may be a tribe of few. */
export function isSafeExtension(value: JsonObject): boolean {
  return typeof value['url'] === 'string' && EXTENSIONS.has(value['url']);
}

/** What may not be left out without changing what the rest says: who cannot show it may not show the rest. */
export function changesMeaning(value: JsonObject): boolean {
  return value['modifierExtension'] !== undefined || value['implicitRules'] !== undefined;
}

export function asObject(value: JsonValue): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}
