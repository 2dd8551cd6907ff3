import type { TranslatedStatement } from '../../schemas/events/statement.js';
import { accept, type Decision, type Draft, TIMELESS } from '../decider.js';
import { reject } from '../rejections.js';
import { liveVersions, type PatientState } from './state.js';
import type { Untranslated } from './translations.js';

/** What a merged patient's statements are called under the key of the patient who answers for them. */
export interface TranslateCommand {
  readonly name: 'translate-statements';
  readonly patientId: string;
  readonly toward: string;
  /** All of an event's, or none of them. */
  readonly statements: TranslatedStatement[];
}

/** The live versions that have no names yet under the other patient's key, by revision. */
export function untranslated(state: PatientState, toward: string): Untranslated[] {
  const known = state.translations.get(toward);
  const versions = known === undefined ? liveVersions(state) : [...known.pending.values()];
  return versions.sort((left, right) => left.revision - right.revision);
}

/** What somebody else has translated meanwhile, or what is no longer live, is left out. */
export function decideTranslate(state: PatientState, { patientId, toward, statements }: TranslateCommand): Decision {
  const due = new Set(untranslated(state, toward).map(({ eventId }) => eventId));
  const missing = statements.filter(({ eventId }) => due.has(eventId));
  if (missing.length > 0) return accept(translationDraft(patientId, toward, missing));
  const known = state.translations.get(toward);
  return known === undefined ? reject('unknown-fact') : { kind: 'repeat', eventId: known.eventId, revision: known.revision };
}

export function translationDraft(patientId: string, toward: string, statements: TranslatedStatement[]): Draft {
  return { type: 'statements-translated', data: { patientId, toward, statements }, source: null, validTime: TIMELESS, content: null };
}
