import { readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../domain/json/json-value.js';
import { BASE64 } from './base64.js';

/** A text and where it stands: `line 12` of a file, `line 3 /content/0/attachment/data` of one object a line. It never holds the text. */
export interface PlacedText {
  readonly place: string;
  readonly text: string;
  /** Lines of the text may be counted, and added to the place. */
  readonly hasLines: boolean;
}

/** Packed or not: more is no document, and would not fit into memory several times over. */
export const DOCUMENT_AT_MOST_BYTES = 256 * 1024 * 1024;
const DEPTH_AT_MOST = 64;
/** Members as standards name them. Any other name may be a value: of a map by patient, say. */
const MEMBER = /^[a-z][A-Za-z]{0,40}$/;
/** What FHIR says of itself: types, codes and addresses of the standard, in which no one is named. */
const NO_TEXT = new Set(['resourceType', 'system', 'code', 'url', 'profile', 'versionId', 'lastUpdated', 'status', 'use', 'contentType']);

/** A file cannot be scanned; the message quotes none of it. */
export class DocumentProblem extends Error {}

export function readDocument(path: string): PlacedText[] {
  const name = path.replace(/\.gz$/i, '').toLowerCase();
  const text = textOf(path);
  if (name.endsWith('.ndjson')) return text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : jsonTexts(line, `line ${index + 1} `)));
  if (name.endsWith('.json')) return jsonTexts(text, '');
  return [{ place: '', text, hasLines: true }];
}

function textOf(path: string): string {
  if (statSync(path).size > DOCUMENT_AT_MOST_BYTES) throw new DocumentProblem(`it is larger than ${DOCUMENT_AT_MOST_BYTES} bytes`);
  const bytes = readFileSync(path);
  const unpacked = path.toLowerCase().endsWith('.gz') ? gunzipSync(bytes, { maxOutputLength: DOCUMENT_AT_MOST_BYTES }) : bytes;
  return unpacked.toString('utf8');
}

function jsonTexts(text: string, prefix: string): PlacedText[] {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    throw new DocumentProblem(`${prefix}is not JSON`);
  }
  const texts: PlacedText[] = [];
  collect(value, prefix, '', texts, 0);
  return texts;
}

function collect(value: JsonValue | undefined, prefix: string, pointer: string, texts: PlacedText[], depth: number): void {
  if (depth > DEPTH_AT_MOST) throw new DocumentProblem(`${prefix}is nested too deeply`);
  if (typeof value === 'string') texts.push({ place: `${prefix}${pointer}`, text: value, hasLines: false });
  else if (isJsonArray(value)) for (const [index, item] of value.entries()) collect(item, prefix, `${pointer}/${index}`, texts, depth + 1);
  else if (isJsonObject(value)) collectMembers(value, prefix, pointer, texts, depth);
}

function collectMembers(object: JsonObject, prefix: string, pointer: string, texts: PlacedText[], depth: number): void {
  const encoded = attachedText(object);
  for (const [member, value] of Object.entries(object)) {
    if (NO_TEXT.has(member)) continue;
    const place = `${pointer}/${MEMBER.test(member) ? member : '*'}`;
    if (member === 'data' && encoded !== null) texts.push({ place: `${prefix}${place}`, text: encoded, hasLines: true });
    else collect(value, prefix, place, texts, depth + 1);
  }
}

/** The text of a FHIR Attachment, which travels in base64. */
function attachedText({ contentType, data }: JsonObject): string | null {
  if (typeof contentType !== 'string' || typeof data !== 'string' || !/^text\//i.test(contentType)) return null;
  return BASE64.decode(data);
}
