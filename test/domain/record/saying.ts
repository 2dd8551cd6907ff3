import type { Assertion, PatientCommand } from '../../../domain/record/decide.js';
import { patientDecider } from '../../../domain/record/decide.js';
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
  readonly elements?: Readonly<Record<string, string>>;
}

/** What a source says, in the words of a test. */
export function saying({ source = 'ehr', record = 'r1', version = '1', words = 'penicillin', ...more }: Saying = {}): Assertion {
  const { category = 'allergies', resourceType = 'AllergyIntolerance', about = [], from = null, elements } = more;
  const statements =
    elements === undefined
      ? [{ element: null, identity: about.map(token), value: token(`value ${words}`) }]
      : Object.entries(elements).map(([element, value]) => ({ element, identity: [token(element)], value: token(`${element} ${value}`) }));
  return {
    patientId: PATIENT,
    source,
    recordKey: token(`${source}|${record}`),
    sourceVersion: version,
    category,
    resourceType,
    contentToken: token(`content ${words} ${JSON.stringify(elements ?? null)}`),
    statements,
    validTime: { from, to: null },
    text: `{"words":"${words}"}`,
    newAssertionId: uuid(`assertion ${source}|${record}`),
  };
}

export const register = (said: Saying = {}): PatientCommand => ({ name: 'register-patient', assertion: saying({ ...PERSON, ...said }) });
export const updates = (said: Saying = {}): PatientCommand => ({ name: 'update-demographics', assertion: saying({ ...PERSON, ...said }) });
export const records = (said: Saying = {}): PatientCommand => ({ name: 'record-fact', assertion: saying(said) });
export const corrects = (said: Saying = {}, reason: 'correction' | 'addendum' = 'correction'): PatientCommand => ({
  name: 'correct-fact',
  assertion: saying(said),
  reason,
});

export function retracts({ source = 'ehr', record = 'r1' }: Pick<Saying, 'source' | 'record'> = {}): PatientCommand {
  return { name: 'retract-fact', patientId: PATIENT, source, recordKey: token(`${source}|${record}`), reason: 'entered-in-error' };
}

const PERSON: Saying = { record: 'person', category: 'demographics', resourceType: 'Patient', elements: { name: 'Ada', birthDate: '1960' } };

/** A registered patient to whom these things then happened. */
export function patient(...commands: readonly PatientCommand[]) {
  return new Story(patientDecider, `acme.patient-${PATIENT}`).tell(register(), ...commands);
}
