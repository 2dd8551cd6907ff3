import { type Static, Type } from '@sinclair/typebox';
import { BlindToken, eventSchema, Name, nullable, strictObject, Uuid } from '../event.js';

export const SETTLEMENTS = ['choose', 'keep-both', 'not-same', 'same'] as const;
export type SettlementDecision = (typeof SETTLEMENTS)[number];

/** A statement that was judged, as it stood: the settlement holds until one of these changes. */
export const JudgedStatement = strictObject({
  patientId: Uuid,
  source: Name,
  recordKey: BlindToken,
  assertionId: Uuid,
  element: nullable(Type.String({ pattern: '^[a-z][A-Za-z]{0,63}$' })),
  part: nullable(BlindToken),
  eventId: Uuid,
  /** For `not-same` and `same`: which of the facts it belongs to, from 0. */
  group: Type.Integer({ minimum: 0, maximum: 63 }),
});
export type JudgedStatement = Static<typeof JudgedStatement>;

/**
 * A steward settles what sources disagree on: one statement is chosen, all are kept side by side, what seemed one fact is
 * two, or what seemed two is one. In force while every judged statement stands as it did.
 */
export const ConflictSettled = eventSchema('conflict-settled', 1, {
  patientId: Uuid,
  category: Type.String({ pattern: '^[a-z][a-z-]{0,31}$' }),
  decision: Type.Union(SETTLEMENTS.map((decision) => Type.Literal(decision))),
  /** The assertion whose statement is chosen; null for the other decisions. */
  chosen: nullable(Uuid),
  judged: Type.Array(JudgedStatement, { minItems: 1, maxItems: 500 }),
  /** How many settlements this patient's stream had before, plus one: the later decides. */
  version: Type.Integer({ minimum: 1 }),
  approval: nullable(Uuid),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
});
