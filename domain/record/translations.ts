import type { EventOf } from '../../schemas/catalogue.js';

/** A live version whose statements have no names yet under another patient's key. */
export interface Untranslated {
  readonly eventId: string;
  readonly revision: number;
  readonly category: string;
}

/** How far a patient's statements are translated toward one other patient. */
export interface Translation {
  /** The newest event that translated something. */
  readonly eventId: string;
  readonly revision: number;
  /** Live versions that are still to be translated, by event id. */
  readonly pending: Map<string, Untranslated>;
}

/** By the patient toward whom. */
export type Translations = Map<string, Translation>;

/** What becomes live, or stops being so, is or is no longer to be translated. Kept along, so that asking costs nothing. */
export function noteLive(translations: Translations, added: Untranslated | null, gone: readonly { readonly eventId: string }[]): void {
  for (const { pending } of translations.values()) {
    if (added !== null) pending.set(added.eventId, added);
    for (const { eventId } of gone) pending.delete(eventId);
  }
}

/** `live` are all live versions of the patient: what is to be translated when a translation begins. */
export function noteTranslated(
  translations: Translations,
  live: () => readonly Untranslated[],
  { id, data }: EventOf<'statements-translated'>,
  revision: number,
): void {
  const pending = translations.get(data.toward)?.pending ?? new Map(live().map((version) => [version.eventId, version]));
  for (const { eventId } of data.statements) pending.delete(eventId);
  translations.set(data.toward, { eventId: id, revision, pending });
}
