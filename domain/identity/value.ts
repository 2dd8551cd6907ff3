import { canonicalJson } from '../json/canonical.js';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, WideNumber } from '../json/lossless.js';
import { principalCodes, strongCodes } from './codes.js';
import type { FhirResource } from './resource.js';
import { canonicalTime, isTime, readTime } from './time.js';

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
const NOT_SAID = new Set([...ENVELOPE, ...NAMES, ...PLUMBING]);

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

/** The number under which each contained resource is known, since its id is only a name. */
type Ranks = ReadonlyMap<string, number>;
const NO_RANKS: Ranks = new Map();

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

function saidReference(reference: string, ranks: Ranks): string {
  if (!reference.startsWith('#')) return reference.trim().replace(HISTORY, '');
  const rank = ranks.get(reference.slice(1));
  return rank === undefined ? '#' : `#${rank}`;
}

function saidArray(name: string, items: readonly JsonValue[], ranks: Ranks): JsonValue {
  const said: JsonValue[] = [];
  for (const item of items) said.push(saidValue('', item, ranks) ?? null);
  if (said.length < 2 || !UNORDERED.has(name)) return said;
  return said
    .map((item) => ({ item, text: canonicalJson(item) }))
    .sort((a, b) => compareText(a.text, b.text))
    .map(({ item }) => item);
}

function saidExtensions(value: JsonValue, ranks: Ranks): JsonValue | undefined {
  if (!isJsonArray(value)) return undefined;
  const known = value.filter((item) => isJsonObject(item) && KNOWN_EXTENSIONS.has(String(item['url'])));
  return known.length === 0 ? undefined : saidArray('extension', known, ranks);
}

/**
 * The codings by which a concept is compared: of the most preferred system if there are strong ones, else all as they
 * stand, without display. `text` counts only where no coding has a code.
 */
function saidConcept(concept: JsonObject, ranks: Ranks): JsonObject | null {
  const codings = concept['coding'];
  if (!isJsonArray(codings)) return null;
  const principal = principalCodes(strongCodes([concept]));
  const hasCode = codings.some((coding) => isJsonObject(coding) && typeof coding['code'] === 'string');
  const said: Record<string, JsonValue> = {};
  said['coding'] = principal.length > 0 ? principal.map(({ system, code }) => ({ system, code })) : saidArray('coding', codings, ranks);
  if (!hasCode && typeof concept['text'] === 'string') said['text'] = tidy(concept['text']);
  return withExtensions(said, concept, ranks);
}

function withExtensions(said: Record<string, JsonValue>, object: JsonObject, ranks: Ranks): JsonObject {
  if (object['extension'] === undefined) return said;
  const extensions = saidExtensions(object['extension'], ranks);
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

function saidObject(object: JsonObject, ranks: Ranks): JsonObject {
  const concept = saidConcept(object, ranks);
  if (concept !== null) return concept;
  const said: Record<string, JsonValue> = {};
  for (const name in object) {
    if (isLabel(name, object)) continue;
    const value = saidValue(name, object[name] as JsonValue, ranks);
    if (!isEmpty(value)) said[name] = value as JsonValue;
  }
  return said;
}

function saidValue(name: string, value: JsonValue, ranks: Ranks): JsonValue | undefined {
  if (typeof value === 'string') return name === 'reference' ? saidReference(value, ranks) : saidString(value);
  if (typeof value !== 'object' || value === null || value instanceof WideNumber) return value;
  if (name === 'modifierExtension') return value;
  if (name === 'extension') return saidExtensions(value, ranks);
  return isJsonArray(value) ? saidArray(name, value, ranks) : saidObject(value as JsonObject, ranks);
}

function saidMembers(resource: JsonObject, skipped: ReadonlySet<string>, ranks: Ranks): Record<string, JsonValue> {
  const said: Record<string, JsonValue> = {};
  for (const name in resource) {
    if (skipped.has(name) || (name.charCodeAt(0) === 95 && skipped.has(name.slice(1)))) continue;
    const value = saidValue(name, resource[name] as JsonValue, ranks);
    if (!isEmpty(value)) said[name] = value as JsonValue;
  }
  return said;
}

const ENVELOPE_ONLY = new Set(ENVELOPE);

/**
 * Contained resources in an order that does not depend on their ids. They are said once and referred to by their place:
 * to put each in where it is referred to could blow a small text up without bounds.
 */
function containedOf(resource: FhirResource): { readonly ranks: Ranks; readonly said: readonly JsonValue[] } {
  const contained = resource['contained'];
  if (!isJsonArray(contained) || contained.length === 0) return { ranks: NO_RANKS, said: [] };
  const sorted = contained
    .filter(isJsonObject)
    .map((item) => ({ id: item['id'], said: saidMembers(item, ENVELOPE_ONLY, NO_RANKS) }))
    .map((item) => ({ ...item, text: canonicalJson(item.said) }))
    .sort((a, b) => compareText(a.text, b.text));
  const ranks = new Map(sorted.flatMap(({ id }, rank): [string, number][] => (typeof id === 'string' ? [[id, rank]] : [])));
  return { ranks, said: sorted.map((item) => item.said) };
}

/** What a resource says, as one canonical text: equal texts are no conflict (`reconciliation` rules: what is not one). */
export function valueText(resource: FhirResource): string {
  const { ranks, said: contained } = containedOf(resource);
  const said = saidMembers(resource, NOT_SAID, ranks);
  if (contained.length > 0) said['contained'] = contained;
  return canonicalJson(said);
}

const NOTHING: ReadonlySet<string> = new Set();

/** What some members of a resource say, extensions of the resource itself included if they are among them. */
export function membersText(members: JsonObject): string {
  const said = saidMembers(members, NOTHING, NO_RANKS);
  if (members['extension'] !== undefined) said['extension'] = sortedExtensions(members['extension']);
  return canonicalJson(said);
}

const sortedExtensions = (value: JsonValue): JsonValue =>
  isJsonArray(value) ? [...value].sort((a, b) => compareText(canonicalJson(a), canonicalJson(b))) : value;
