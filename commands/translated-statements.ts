import type { BlindStatement, TranslatedStatement } from '../schemas/events/statement.js';

/** The event whose statements are translated, and the source record that it is of. */
export interface TranslatedEvent {
  readonly eventId: string;
  readonly source: string;
  readonly recordKey: string;
}

/**
 * Statements of one resource by their names under the survivor's key. `own` and `under` were made of the same resource by
 * the same rules under two keys, so that they stand in the same order. What a statement is called among those of its
 * record (`part`) stays under its own key: that is how it is found again.
 */
export function translate(
  { eventId, source, recordKey }: TranslatedEvent,
  own: readonly BlindStatement[],
  under: readonly BlindStatement[],
): TranslatedStatement[] {
  return own.map(({ element, part }, index) => ({ eventId, source, recordKey, element, part, ...namesOf(under[index] as BlindStatement) }));
}

/**
 * The same for statements that were recorded earlier, perhaps when other rules said what a resource states. One that
 * today's rules do not make keeps the names it has: it goes on meeting what it met, and meets nothing of the survivor's.
 */
export function translateRecorded(
  event: TranslatedEvent,
  recorded: readonly BlindStatement[],
  own: readonly BlindStatement[],
  under: readonly BlindStatement[],
): TranslatedStatement[] {
  const today = new Map(own.map((statement, index) => [thingOf(statement), under[index] as BlindStatement]));
  return translate(
    event,
    recorded,
    recorded.map((statement) => today.get(thingOf(statement)) ?? statement),
  );
}

function thingOf({ element, part }: BlindStatement): string {
  return `${element ?? ''}|${part ?? ''}`;
}

function namesOf({ identity, value, precision, codes, ranges, asserts, contradicts }: BlindStatement) {
  return { identity, value, precision, codes, ranges, asserts, contradicts };
}
