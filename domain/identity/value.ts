import { canonicalJson } from '../json/canonical.js';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, WideNumber } from '../json/lossless.js';
import { principalCodes, strongCodes } from './codes.js';
import { comparedQuantity, saidQuantity } from './quantity.js';
import type { FhirResource } from './resource.js';
import { isRefuted } from './standing.js';
import { canonicalTime, isTime, readTime } from './time.js';
import { AS_WRITTEN, type Units } from './units.js';

/** The server's, the language's and the narrative's: what the resource says does not depend on them. */
const ENVELOPE = ['id', 'meta', 'text', 'language', 'contained'];
/** Names of the record. Two systems number the same fact differently, and identity tokens speak of them already. */
const NAMES = ['identifier', 'masterIdentifier', 'groupIdentifier', 'requisition'];
/**
 * Who recorded it, for whom, when and in which visit: references that differ between every two systems though they say
 * the same, and times of recording. Left in the value, they would make every fact of two sources a conflict.
 */
const PLUMBING = [
  ...['subject', 'patient', 'beneficiary', 'encounter', 'context', 'episodeOfCare', 'appointment'],
  ...['recorder', 'asserter', 'performer', 'requester', 'participant', 'enterer', 'orderer', 'informationSource'],
  ...['basedOn', 'partOf', 'recordedDate', 'dateAsserted', 'issued', 'assertedDate', 'recorded'],
];
/** What belongs together, by references into the source: grouping is no fact. */
const GROUPING = ['hasMember', 'derivedFrom', 'result', 'imagingStudy', 'resultsInterpreter'];
const NOT_SAID = new Set([...ENVELOPE, ...NAMES, ...PLUMBING, ...GROUPING]);
/** Of these types `status` says how sure a result is (`standing.ts`), and `category` where it is filed. */
const RESULT_NOT_SAID = new Set([...NOT_SAID, 'status', 'category']);
const RESULTS: ReadonlySet<string> = new Set(['Observation', 'DiagnosticReport', 'Composition']);

/** Arrays whose order carries no meaning. Any other array stays as it is: `given`, `line`, `dosageInstruction`, `section` … */
const UNORDERED = new Set([
  ...['coding', 'identifier', 'category', 'telecom', 'address', 'name', 'communication', 'contact', 'link', 'photo'],
  ...['generalPractitioner', 'extension', 'modifierExtension', 'bodySite', 'reasonCode', 'reasonReference', 'reaction'],
  ...['manifestation', 'component', 'interpretation', 'evidence', 'stage', 'complication', 'complicationDetail', 'code'],
  ...['targetDisease', 'programEligibility', 'subpotentReason', 'education', 'referenceRange', 'hasMember', 'derivedFrom'],
  ...['result', 'specimen', 'supportingInfo', 'supportingInformation', 'addresses', 'goal', 'careTeam', 'type', 'modality'],
  ...['conclusionCode', 'detail', 'followUp', 'usedCode', 'usedReference', 'udiCarrier', 'deviceName', 'class', 'payor'],
  ...['ingredient', 'focalDevice', 'contained', 'location', 'statusReason', 'focus', 'note'],
]);

/** Extensions that say something: that a value is missing, and why. Of others, nobody here knows what they mean. */
const KNOWN_EXTENSIONS = new Set(['http://hl7.org/fhir/StructureDefinition/data-absent-reason', 'http://hl7.org/fhir/StructureDefinition/iso21090-nullFlavor']);

const UNTIDY = /[^\x21-\x7e ]|^ | $| {2}/;
const HISTORY = /\/_history\/[^/]+$/;

interface Context {
  /** The number under which each contained resource is known, since its id is only a name. */
  readonly ranks: ReadonlyMap<string, number>;
  readonly units: Units;
}
const NO_CONTEXT: Context = { ranks: new Map(), units: AS_WRITTEN };

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function isEmpty(value: JsonValue | undefined): boolean {
  if (typeof value !== 'object') return value === undefined;
  if (isJsonArray(value)) return value.every((item) => item === null);
  if (value === null || value instanceof WideNumber) return false;
  for (const _ in value) return false;
  return true;
}

const tidy = (text: string): string => (UNTIDY.test(text) ? text.normalize('NFC').trim().replace(/\s+/g, ' ') : text);

/** A clock time with an offset means the same in every zone; nothing else that looks like a date is touched. */
function saidString(text: string): string {
  const length = text.length;
  if (length >= 17 && length <= 40 && text.charCodeAt(10) === 84 && text.charCodeAt(4) === 45) {
    const time = readTime(text);
    if (isTime(time)) return canonicalTime(time);
  }
  return tidy(text);
}

function saidReference(reference: string, context: Context): string {
  if (!reference.startsWith('#')) return reference.trim().replace(HISTORY, '');
  const rank = context.ranks.get(reference.slice(1));
  return rank === undefined ? '#' : `#${rank}`;
}

function saidArray(name: string, items: readonly JsonValue[], context: Context): JsonValue {
  const said: JsonValue[] = [];
  for (const item of items) said.push(saidValue('', item, context) ?? null);
  if (said.length < 2 || !UNORDERED.has(name)) return said;
  return said
    .map((item) => ({ item, text: canonicalJson(item) }))
    .sort((a, b) => compareText(a.text, b.text))
    .map(({ item }) => item);
}

function saidExtensions(value: JsonValue, context: Context): JsonValue | undefined {
  if (!isJsonArray(value)) return undefined;
  const known = value.filter((item) => isJsonObject(item) && KNOWN_EXTENSIONS.has(String(item['url'])));
  return known.length === 0 ? undefined : saidArray('extension', known, context);
}

/**
 * The codings by which a concept is compared: of the most preferred system if there are strong ones, else all as they
 * stand, without display. `text` counts only where no coding has a code.
 */
function saidConcept(concept: JsonObject, context: Context): JsonObject | null {
  const codings = concept['coding'];
  if (!isJsonArray(codings)) return null;
  const principal = principalCodes(strongCodes([concept]));
  const hasCode = codings.some((coding) => isJsonObject(coding) && typeof coding['code'] === 'string');
  const said: Record<string, JsonValue> = {};
  said['coding'] = principal.length > 0 ? principal.map(({ system, code }) => ({ system, code })) : saidArray('coding', codings, context);
  if (!hasCode && typeof concept['text'] === 'string') said['text'] = tidy(concept['text']);
  return withExtensions(said, concept, context);
}

function withExtensions(said: Record<string, JsonValue>, object: JsonObject, context: Context): JsonObject {
  if (object['extension'] === undefined) return said;
  const extensions = saidExtensions(object['extension'], context);
  if (extensions !== undefined) said['extension'] = extensions;
  return said;
}

/**
 * A display, and the unit of a quantity that has its code, label what stands beside them; where nothing stands beside
 * it, the label is all that was said.
 */
function isLabel(name: string, object: JsonObject): boolean {
  if (name === 'unit') return typeof object['code'] === 'string';
  if (name !== 'display') return name === 'id' || name === 'userSelected';
  return object['code'] !== undefined || object['reference'] !== undefined || object['identifier'] !== undefined;
}

function saidObject(object: JsonObject, context: Context): JsonObject {
  const concept = saidConcept(object, context);
  if (concept !== null) return concept;
  const quantity = comparedQuantity(object, context.units);
  if (quantity !== null) return withExtensions(saidQuantity(quantity, object), object, context);
  const said: Record<string, JsonValue> = {};
  for (const name in object) {
    if (isLabel(name, object)) continue;
    const value = saidValue(name, object[name] as JsonValue, context);
    if (!isEmpty(value)) said[name] = value as JsonValue;
  }
  return said;
}

function saidValue(name: string, value: JsonValue, context: Context): JsonValue | undefined {
  if (typeof value === 'string') return name === 'reference' ? saidReference(value, context) : saidString(value);
  if (typeof value !== 'object' || value === null || value instanceof WideNumber) return value;
  if (name === 'modifierExtension') return value;
  if (name === 'extension') return saidExtensions(value, context);
  return isJsonArray(value) ? saidArray(name, value, context) : saidObject(value as JsonObject, context);
}

function saidMembers(resource: JsonObject, skipped: ReadonlySet<string>, context: Context): Record<string, JsonValue> {
  const said: Record<string, JsonValue> = {};
  for (const name in resource) {
    if (skipped.has(name) || (name.charCodeAt(0) === 95 && skipped.has(name.slice(1)))) continue;
    const value = saidValue(name, resource[name] as JsonValue, context);
    if (!isEmpty(value)) said[name] = value as JsonValue;
  }
  return said;
}

const ENVELOPE_ONLY = new Set(ENVELOPE);

/**
 * Contained resources in an order that does not depend on their ids. They are said once and referred to by their place:
 * to put each in where it is referred to could blow a small text up without bounds.
 */
function containedOf(resource: FhirResource, units: Units): { readonly context: Context; readonly said: readonly JsonValue[] } {
  const contained = resource['contained'];
  if (!isJsonArray(contained) || contained.length === 0) return { context: { ...NO_CONTEXT, units }, said: [] };
  const sorted = contained
    .filter(isJsonObject)
    .map((item) => ({ id: item['id'], said: saidMembers(item, ENVELOPE_ONLY, { ...NO_CONTEXT, units }) }))
    .map((item) => ({ ...item, text: canonicalJson(item.said) }))
    .sort((a, b) => compareText(a.text, b.text));
  const ranks = new Map(sorted.flatMap(({ id }, rank): [string, number][] => (typeof id === 'string' ? [[id, rank]] : [])));
  return { context: { ranks, units }, said: sorted.map((item) => item.said) };
}

/** What a resource says, without how sure it is and without what does not matter: equal canonical texts of it are no conflict. */
export function saidOf(resource: FhirResource, units: Units): Record<string, JsonValue> {
  const { context, said: contained } = containedOf(resource, units);
  const isResult = RESULTS.has(resource.resourceType);
  const said = saidMembers(resource, isResult ? RESULT_NOT_SAID : NOT_SAID, context);
  // That there is no result is what a cancelled one says.
  if (isResult && resource['status'] === 'cancelled') said['status'] = 'cancelled';
  if (resource['docStatus'] !== undefined) delete said['docStatus'];
  if (said['verificationStatus'] !== undefined) {
    delete said['verificationStatus'];
    if (isRefuted(resource)) said['verificationStatus'] = 'refuted';
  }
  if (contained.length > 0) said['contained'] = contained;
  return said;
}

const NOTHING: ReadonlySet<string> = new Set();

/** What some members of a resource say, extensions of the resource itself included if they are among them. */
export function membersText(members: JsonObject): string {
  const said = saidMembers(members, NOTHING, NO_CONTEXT);
  if (members['extension'] !== undefined) said['extension'] = sortedExtensions(members['extension']);
  return canonicalJson(said);
}

const sortedExtensions = (value: JsonValue): JsonValue =>
  isJsonArray(value) ? [...value].sort((a, b) => compareText(canonicalJson(a), canonicalJson(b))) : value;
