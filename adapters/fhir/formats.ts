import { isTime, readTime } from '../../domain/identity/time.js';

const DATE_PRECISIONS = new Set(['year', 'month', 'day']);

/** R4 `date` is at most a day; `dateTime` with a clock time has seconds and a zone; `instant` has both always. */
function isTimeOf(kind: 'date' | 'dateTime' | 'instant', text: string): boolean {
  const time = readTime(text);
  if (!isTime(time) || time.precision === 'minute') return false;
  const isDate = DATE_PRECISIONS.has(time.precision);
  return kind === 'dateTime' || isDate === (kind === 'date');
}

/** The schema's own pattern backtracks without bounds on long text; this looks at each character once. */
function isBase64(text: string): boolean {
  if (!/^[A-Za-z0-9+/\s]*(?:=\s*){0,2}$/.test(text)) return false;
  const packed = /\s/.test(text) ? text.replace(/\s+/g, '') : text;
  return packed.length > 0 && packed.length % 4 === 0;
}

const ACTIVE_ELEMENT = /<\s*(?:script|iframe|frame|object|embed|applet|form|base|link|head|body|style\s[^<>]*src)\b/i;
const EVENT_ATTRIBUTE = /<[^<>]*\son[a-z]+\s*=/i;
const SCRIPT_LINK = /<[^<>]*(?:href|src)\s*=[\s"']*javascript:/i;

/** R4 txt-1: a `div` without scripts, forms, frames, objects and event attributes, since readers will render it. */
const isNarrative = (text: string): boolean =>
  /^\s*<(?:[a-z]+:)?div[\s>/]/i.test(text) && !ACTIVE_ELEMENT.test(text) && !EVENT_ATTRIBUTE.test(text) && !SCRIPT_LINK.test(text);

/** FHIR R4 primitive types that JSON writes as strings (http://hl7.org/fhir/R4/datatypes.html#primitive). */
export const STRING_FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  base64Binary: isBase64,
  canonical: (text) => /^\S+$/.test(text),
  code: (text) => /^[^\s]+(\s[^\s]+)*$/.test(text),
  date: (text) => isTimeOf('date', text),
  dateTime: (text) => isTimeOf('dateTime', text),
  id: (text) => /^[A-Za-z0-9\-.]{1,64}$/.test(text),
  instant: (text) => isTimeOf('instant', text),
  markdown: (text) => text !== '',
  oid: (text) => /^urn:oid:[0-2](\.(0|[1-9][0-9]*))+$/.test(text),
  string: (text) => text !== '',
  time: (text) => /^([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?$/.test(text),
  uri: (text) => /^\S+$/.test(text),
  url: (text) => /^\S+$/.test(text),
  uuid: (text) => /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text),
  xhtml: isNarrative,
};

const MAX_INT32 = 2_147_483_647;

/** FHIR R4 primitive types that JSON writes as numbers and booleans. */
export const OTHER_PRIMITIVES: Readonly<Record<string, { readonly type: string; readonly minimum?: number; readonly maximum?: number }>> = {
  boolean: { type: 'boolean' },
  decimal: { type: 'number' },
  integer: { type: 'integer', minimum: -MAX_INT32 - 1, maximum: MAX_INT32 },
  positiveInt: { type: 'integer', minimum: 1, maximum: MAX_INT32 },
  unsignedInt: { type: 'integer', minimum: 0, maximum: MAX_INT32 },
};
