import { type FhirResource, objectsOf, stringOf } from '../identity/resource.js';
import { plainLetters } from '../search/normalise.js';

/** One statement of who a patient is: a source's Patient, and the id that it has there. */
export interface Demographics {
  readonly source: string;
  readonly sourceRecordId: string;
  readonly patient: FhirResource;
}

/** A refused line as it was sent, and the source that sent it. */
export interface RefusedLine {
  readonly source: string;
  readonly text: string;
}

/** What tells that a line is about one person. All of it is in plain words. */
export interface Marks {
  /** Any one of them is enough, from whichever source. */
  readonly anywhere: ReadonlySet<string>;
  /** By source: the record ids that the patient has there, which are too short to tell by themselves. */
  readonly records: ReadonlyMap<string, ReadonlySet<string>>;
  /** Family names, and the days of birth: one of each. */
  readonly families: ReadonlySet<string>;
  readonly births: ReadonlySet<string>;
}

/** What is shorter may stand in any line, as a dose or a street number. */
const LETTERS_AT_LEAST = 5;

/**
 * The marks of a patient, from everything that was ever said of who they are. A line that is taken for theirs by mistake is
 * destroyed before its time, and its source still has it; one that is missed would stay: so a mark need not be proof.
 */
export function marksOf(patientId: string, said: readonly Demographics[]): Marks {
  const anywhere = new Set([plainWords(patientId)]);
  const records = new Map<string, Set<string>>();
  for (const { source, sourceRecordId, patient } of said) {
    for (const value of [sourceRecordId, ...objectsOf(patient, 'identifier').map((one) => stringOf(one, 'value') ?? '')]) {
      const words = plainWords(value);
      if (words.replaceAll(' ', '').length >= LETTERS_AT_LEAST) anywhere.add(words);
    }
    records.set(source, (records.get(source) ?? new Set()).add(plainWords(sourceRecordId)));
  }
  const patients = said.map(({ patient }) => patient);
  const names = patients.flatMap((patient) => objectsOf(patient, 'name')).map((name) => stringOf(name, 'family') ?? stringOf(name, 'text') ?? '');
  const births = patients.flatMap((patient) => birthForms(stringOf(patient, 'birthDate') ?? ''));
  return { anywhere, records, families: wordsOf(names), births: wordsOf(births) };
}

/** Is the line about this patient, as far as anything in it tells? It may be no JSON at all, and the statement it was is unknown. */
export function isAbout({ source, text }: RefusedLine, { anywhere, records, families, births }: Marks): boolean {
  const line = ` ${plainWords(text)} `;
  const says = (words: string) => line.includes(` ${words} `);
  const ofRecord = (id: string) => says(`patient ${id}`) || (isOfPatients(text) && says(`sourcerecordid ${id}`));
  return [...anywhere].some(says) || [...(records.get(source) ?? [])].some(ofRecord) || ([...families].some(says) && [...births].some(says));
}

/** Does the line say whom it is about, be that known here or not? */
export function namesSomebody(text: string): boolean {
  return isOfPatients(text) || /"patientId"\s*:\s*"|"(identifier|subject|patient|beneficiary)"\s*:\s*\{/.test(text);
}

/** Of lines that a patient's own record is loaded with: there the source's record id is the patient's. */
function isOfPatients(text: string): boolean {
  return /"(register-patient|update-demographics)"/.test(text);
}

/** `1961-07-09`, and as it stands in older formats. Less than a day says nothing. */
function birthForms(date: string): string[] {
  return /^\d{4}-\d\d-\d\d/.test(date) ? [date.slice(0, 10), date.slice(0, 10).replaceAll('-', '')] : [];
}

function wordsOf(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.map(plainWords).filter((words) => words !== ''));
}

const ESCAPED_LETTER = /\\u([0-9a-f]{4})/gi;
const ESCAPED_BLANK = /\\[bfnrt]/g;

/** Words of letters and digits, without case and accents, one blank between two; what JSON has escaped is as it was meant. */
function plainWords(text: string): string {
  const meant = text.replace(ESCAPED_LETTER, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))).replace(ESCAPED_BLANK, ' ');
  return plainLetters(meant)
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim();
}
