import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.js';

const WORD_AT_LEAST = 3;
const NUMBER_AT_LEAST = 5;
const TEXTS_AT_MOST = 2000;

/** What is known to name the patient, to find where it slipped into a place that is safe by its type. */
export interface KnownTexts {
  holds(text: string): boolean;
}

export const NOTHING_KNOWN: KnownTexts = { holds: () => false };

const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .split(/[^\p{L}\p{N}]+/u);

/** Names, numbers, addresses and contacts of these Patients: names word by word, the others whole. */
export function knownTexts(patients: readonly JsonObject[]): KnownTexts {
  const words = new Set<string>();
  const whole = new Set<string>();
  for (const patient of patients) {
    for (const text of [...textsIn(patient['name']), ...textsIn(patient['contact'])])
      for (const word of wordsOf(text)) if (word.length >= WORD_AT_LEAST) words.add(word);
    for (const member of ['identifier', 'telecom', 'address']) for (const text of textsIn(patient[member])) whole.add(plain(text));
  }
  // The names of code systems, uses and countries stand in every record.
  const numbers = [...whole].filter((text) => text.length >= NUMBER_AT_LEAST && /\d/.test(text)).slice(0, TEXTS_AT_MOST);
  return {
    holds(text) {
      const squeezed = plain(text);
      return whole.has(squeezed) || wordsOf(text).some((word) => words.has(word)) || numbers.some((number) => squeezed.includes(number));
    },
  };
}

/** Every text in it but what FHIR fixes: systems, uses, types, periods. */
function textsIn(value: JsonValue | undefined): string[] {
  if (typeof value === 'string') return [value];
  if (isJsonArray(value)) return value.flatMap(textsIn);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => (FIXED.has(name) ? [] : textsIn(member)));
}

const FIXED: ReadonlySet<string> = new Set([
  'system',
  'use',
  'type',
  'period',
  'rank',
  'relationship',
  'extension',
  'country',
  'state',
  'gender',
  'url',
  'assigner',
]);
