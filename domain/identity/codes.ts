import type { JsonObject } from '../json/json-value.js';
import { objectsOf, stringOf } from './resource.js';
import {
  ABSENT_UNKNOWN,
  CPT,
  CVX,
  canonicalSystem,
  HCPCS,
  ICD_9_CM,
  ICD_10,
  ICD_10_CM,
  ICD_10_PCS,
  isNullFlavorSystem,
  LOINC,
  NDC,
  RXNORM,
  SNOMED,
  UNII,
} from './systems.js';

export { LOINC } from './systems.js';

/** A coding in its canonical form. */
export interface Code {
  readonly system: string;
  readonly code: string;
}

const upper = (code: string): string => code.toUpperCase();
const withoutZeros = (code: string): string => (code.startsWith('0') ? code.replace(/^0+(?=\d)/, '') : code);
const digits = (code: string): string | null => (/^\d+$/.test(code) ? withoutZeros(code) : null);
const icd = (code: string): string => code.toUpperCase().replaceAll('.', '');
const loinc = (code: string): string => withoutZeros(code).toUpperCase();

/**
 * An NDC as labeler, product and package of 6, 4 and 2 digits (91 FR 10749). Hyphens say where to pad; eleven digits are
 * 5-4-2 (HIPAA), twelve are 6-4-2; ten digits without hyphens may be three different codes and are therefore none.
 */
export function canonicalNdc(code: string): string | null {
  const parts = /^(\d{4,6})-(\d{3,4})-(\d{1,2})$/.exec(code);
  if (parts !== null) {
    const [, labeler = '', product = '', pack = ''] = parts;
    return labeler.padStart(6, '0') + product.padStart(4, '0') + pack.padStart(2, '0');
  }
  if (/^\d{11}$/.test(code)) return `0${code}`;
  return /^\d{12}$/.test(code) ? code : null;
}

const CANONICAL = new Map<string, (code: string) => string | null>([
  [SNOMED, digits],
  [LOINC, loinc],
  [RXNORM, digits],
  [NDC, canonicalNdc],
  [CVX, digits],
  [ICD_10_CM, icd],
  [ICD_10, icd],
  [ICD_9_CM, icd],
  [ICD_10_PCS, icd],
  [CPT, upper],
  [HCPCS, upper],
  [UNII, upper],
]);

/** Codes so general that sharing one says nothing: problem, disorder, finding, procedure, allergy to a substance, unknown … */
const WEAK = new Map<string, ReadonlySet<string>>([
  [
    SNOMED,
    new Set(
      (
        '138875005 55607006 64572001 404684003 71388002 243796009 418799008 281647001 106190000 416098002 419199007 ' +
        '414285001 418634005 419511003 418471000 420134006 418038007 410942007 373873005 105590001 255620007 ' +
        '1631000175102 762766007 261665006 74964007 373068000 385432009 261988005'
      ).split(' '),
    ),
  ],
  [ICD_10_CM, new Set(['R69', 'R6889', 'T7840XA', 'T7840', 'Z889', 'Z9109', 'T887XXA', 'Z0389', 'T50905A'])],
  [ICD_10, new Set(['R69', 'R688', 'T784', 'Z889', 'T887'])],
  [ICD_9_CM, new Set(['7999', '9953', '99527', 'V149'])],
  [CVX, new Set(['998', '999'])],
  // That nobody looked joins nothing (`saysNobodyLooked`).
  [ABSENT_UNKNOWN, new Set(['no-allergy-info', 'no-problem-info', 'no-medication-info', 'no-immunization-info', 'no-procedure-info', 'no-device-info'])],
]);

const SAYS_UNKNOWN = new Set(['UNK', 'UNKNOWN', 'NULL', 'NONE', 'N/A']);

/**
 * The canonical form of a coding, or `null` if it must not join anything: no system (a local code means nothing
 * elsewhere), a null flavor, a code for "unknown" or for everything, an ambiguous or malformed code.
 */
export function strongCode(coding: JsonObject): Code | null {
  const system = stringOf(coding, 'system');
  const written = stringOf(coding, 'code');
  if (system === null || written === null) return null;
  const canonical = canonicalSystem(system);
  if (isNullFlavorSystem(canonical) || (written.length <= 7 && SAYS_UNKNOWN.has(written.toUpperCase()))) return null;
  const form = CANONICAL.get(canonical);
  const code = form === undefined ? written : form(written);
  return code === null || WEAK.get(canonical)?.has(code) ? null : { system: canonical, code };
}

/** The code, canonical, if the coding is of this system. */
export function codeOnly(coding: JsonObject, system: string): string | null {
  const found = strongCode(coding);
  return found?.system === system ? found.code : null;
}

const NOBODY_ASKED = '1631000175102';

/** Whether a coding says that nobody looked, which is neither something nor the absence of it. */
export function saysNobodyLooked(coding: JsonObject): boolean {
  const system = canonicalSystem(stringOf(coding, 'system') ?? '');
  const code = stringOf(coding, 'code') ?? '';
  return (system === ABSENT_UNKNOWN && code.endsWith('-info')) || (system === SNOMED && code === NOBODY_ASKED);
}

const HIERARCHICAL: ReadonlySet<string> = new Set([ICD_10_CM, ICD_10, ICD_9_CM]);

/** Whether the beginning of a code of this system names a family that the code belongs to. */
export const isHierarchical = (system: string): boolean => HIERARCHICAL.has(system);

/** The beginning of codes, as these are written in canonical form; `null` for a system whose codes have no families. */
export function codeStart(system: string, start: string): Code | null {
  const canonical = canonicalSystem(system.trim());
  return isHierarchical(canonical) ? { system: canonical, code: icd(start.trim()) } : null;
}

/** Codings beyond these join nothing: keys multiply them with identifiers, and no honest concept has so many. */
const MAX_CODES = 32;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** All strong codings of CodeableConcepts, each once; of more than 32 the first by system and code. */
export function strongCodes(concepts: readonly JsonObject[]): readonly Code[] {
  const only = concepts.length === 1 ? objectsOf(concepts[0], 'coding') : [];
  if (only.length === 1) {
    const code = strongCode(only[0] as JsonObject);
    return code === null ? [] : [code];
  }
  const found = new Map<string, Code>();
  for (const concept of concepts) {
    for (const coding of objectsOf(concept, 'coding')) {
      const code = strongCode(coding);
      if (code !== null) found.set(`${code.system}|${code.code}`, code);
    }
  }
  if (found.size <= MAX_CODES) return [...found.values()];
  return [...found]
    .sort(([a], [b]) => compareText(a, b))
    .slice(0, MAX_CODES)
    .map(([, code]) => code);
}

/** Which system speaks for a concept that has codings of several. Others come after these, by name. */
const PREFERENCE: readonly string[] = [LOINC, CVX, RXNORM, SNOMED, ICD_10_CM, ICD_10, ICD_9_CM, CPT, HCPCS, NDC, UNII];

const rankOf = (system: string): number => {
  const index = PREFERENCE.indexOf(system);
  if (index >= 0) return index;
  return PREFERENCE.length + (system.startsWith('http://terminology.hl7.org/') ? 0 : 1);
};

/**
 * The codings of one concept by which it is compared: all of the most preferred system present. The codings of a
 * CodeableConcept mean the same (R4), so a source that adds a billing or a local code says nothing else thereby.
 */
export function principalCodes(codes: readonly Code[]): readonly Code[] {
  if (codes.length < 2) return codes;
  const sorted = [...codes].sort((a, b) => rankOf(a.system) - rankOf(b.system) || compareText(a.system, b.system) || compareText(a.code, b.code));
  const best = sorted[0];
  if (best === undefined) return [];
  if (rankOf(best.system) > PREFERENCE.length) return sorted;
  return sorted.filter((code) => code.system === best.system);
}

/** One canonical text for a set of concepts inside a key (a body site, a method); `''` if there are none. */
export function conceptsKey(concepts: readonly JsonObject[]): string {
  const keys = concepts.map((concept) => {
    const codes = principalCodes(strongCodes([concept]));
    if (codes.length > 0) return codes.map((code) => `${code.system}|${code.code}`).join(',');
    return (stringOf(concept, 'text') ?? '').normalize('NFC').replace(/\s+/g, ' ').toLowerCase();
  });
  return keys
    .filter((key) => key !== '')
    .sort()
    .join(';');
}
