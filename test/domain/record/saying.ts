import type { Assertion, PatientCommand } from '../../../domain/record/decide.js';
import { patientDecider } from '../../../domain/record/decide.js';
import type { BlindStatement, Standing } from '../../../schemas/events/statement.js';
import { Story, token, uuid } from '../given.js';

export const PATIENT = uuid('the patient');

export interface Saying {
  readonly source?: string;
  readonly record?: string;
  readonly version?: string | null;
  /** What is said: two of the same words are the same content. */
  readonly words?: string;
  readonly category?: string;
  readonly resourceType?: string;
  /** Names of what it is about; sharing one makes two records one fact. */
  readonly about?: readonly string[];
  readonly from?: string | null;
  readonly standing?: Standing;
  /** What it is said of, in codes. */
  readonly codes?: readonly string[];
  /** Claims that are made, and claims that cannot be true beside these. */
  readonly asserts?: readonly string[];
  readonly contradicts?: readonly string[];
  /** What is said at one, two, … significant digits. */
  readonly precision?: readonly string[];
  /** Several things that one record speaks of, each with its words; their names are the parts' own. */
  readonly parts?: Readonly<Record<string, string>>;
  readonly elements?: Readonly<Record<string, string>>;
}

/** What a source says, in the words of a test. */
export function saying({ source = 'ehr', record = 'r1', version = '1', words = 'penicillin', ...more }: Saying = {}): Assertion {
  const { category = 'allergies', resourceType = 'AllergyIntolerance', from = null, elements, parts } = more;
  const statements = statementsOf(words, more);
  return {
    patientId: PATIENT,
    source,
    recordKey: token(`${source}|${record}`),
    sourceVersion: version,
    category,
    resourceType,
    contentToken: token(`content ${words} ${JSON.stringify(elements ?? parts ?? null)}`),
    statements,
    validTime: { from, to: null },
    content: { scope: category, text: `{"words":"${words}"}` },
    newAssertionId: uuid(`assertion ${source}|${record}`),
  };
}

function statementsOf(words: string, said: Saying): BlindStatement[] {
  const { about = [], standing = 'stated', codes = [], asserts = [], contradicts = [], precision = [], elements, parts } = said;
  if (elements !== undefined) {
    return Object.entries(elements).map(([element, value]) => statement({ element, identity: [token(element)], value: token(`${element} ${value}`) }));
  }
  if (parts !== undefined) {
    return Object.entries(parts).map(([part, value]) => statement({ part: token(part), identity: [token(part)], value: token(`value ${value}`), standing }));
  }
  const claims = { codes: codes.map(token), asserts: asserts.map(token), contradicts: contradicts.map(token) };
  return [statement({ identity: about.map(token), value: token(`value ${words}`), precision: precision.map(token), ...claims, standing })];
}

/** A statement that says no more than what is given. */
export function statement(said: Partial<BlindStatement> & Pick<BlindStatement, 'identity' | 'value'>): BlindStatement {
  return { element: null, part: null, precision: [], codes: [], ranges: [], asserts: [], contradicts: [], standing: 'stated', ...said };
}

export const register = (said: Saying = {}): PatientCommand => ({ name: 'register-patient', assertion: saying({ ...PERSON, ...said }) });
export const updates = (said: Saying = {}): PatientCommand => ({ name: 'update-demographics', assertion: saying({ ...PERSON, ...said }) });
export const records = (said: Saying = {}): PatientCommand => ({ name: 'record-fact', assertion: saying(said) });
export const corrects = (said: Saying = {}, reason: 'correction' | 'addendum' = 'correction'): PatientCommand => ({
  name: 'correct-fact',
  assertion: saying(said),
  reason,
  approval: null,
});

export function retracts({ source = 'ehr', record = 'r1' }: Pick<Saying, 'source' | 'record'> = {}): PatientCommand {
  return { name: 'retract-fact', patientId: PATIENT, source, recordKey: token(`${source}|${record}`), reason: 'entered-in-error' };
}

const PERSON: Saying = { record: 'person', category: 'demographics', resourceType: 'Patient', elements: { name: 'Ada', birthDate: '1960' } };

/** A registered patient to whom these things then happened. */
export function patient(...commands: readonly PatientCommand[]) {
  return new Story(patientDecider, `acme.patient-${PATIENT}`).tell(register(), ...commands);
}
