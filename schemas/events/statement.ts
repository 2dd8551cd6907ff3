import { type Static, Type } from '@sinclair/typebox';
import { BlindToken, Name, nullable, strictObject, Uuid } from '../event.js';

/**
 * How sure a statement is, from what the resource says of itself (verification, status): the one thing about it that stands
 * in clear, since it says how a value was come by and not what it is. `entered-in-error` takes the statement back.
 */
export const STANDINGS = ['corrected', 'confirmed', 'stated', 'provisional', 'entered-in-error'] as const;
export const Standing = Type.Union(STANDINGS.map((standing) => Type.Literal(standing)));
export type Standing = (typeof STANDINGS)[number];

/** What a statement is called in keyed hashes, all under one patient's naming key. */
export const BlindNames = {
  /** Any shared token makes two statements speak of the same fact. */
  identity: Type.Array(BlindToken, { maxItems: 128 }),
  /** What is said, without the codes of what it is said of. */
  value: BlindToken,
  /** What is said, rounded to 1, 2, … significant digits, as many as the source stated; empty where there is no single number. */
  precision: Type.Array(BlindToken, { maxItems: 24 }),
  /** Each strong code of what is spoken of: statements that share none, where both have some, speak of different things. */
  codes: Type.Array(BlindToken, { maxItems: 128 }),
  /** The ranges that these lie in: with them, what a designation for codes is held against. */
  ranges: Type.Array(BlindToken, { maxItems: 128 }),
  /** Claims it makes, and claims it cannot be true beside: "no known drug allergy" against an allergy to a drug. */
  asserts: Type.Array(BlindToken, { maxItems: 8 }),
  contradicts: Type.Array(BlindToken, { maxItems: 8 }),
};

/**
 * What one source record says about one thing, in keyed hashes under the patient's own naming key. `element` is the
 * demographic element; `part` tells apart the things that one record speaks of (a component, a name's use), as a keyed hash.
 */
export const BlindStatement = strictObject({
  element: nullable(Type.String({ pattern: '^[a-z][A-Za-z]{0,63}$' })),
  part: nullable(BlindToken),
  ...BlindNames,
  /** Null where an older version of the event did not say. */
  standing: nullable(Standing),
});

export type BlindStatement = Static<typeof BlindStatement>;

/** One statement's names under another patient's key: so the facts of merged patients meet. */
export const TranslatedStatement = strictObject({
  eventId: Uuid,
  source: Name,
  recordKey: BlindToken,
  element: nullable(Type.String({ pattern: '^[a-z][A-Za-z]{0,63}$' })),
  part: nullable(BlindToken),
  ...BlindNames,
});
export type TranslatedStatement = Static<typeof TranslatedStatement>;

/** What `patient-registered`, `demographics-updated`, `fact-recorded` and `fact-corrected` have in common. */
export const AssertionProperties = {
  patientId: Type.String({ pattern: '^[0-9a-f-]{36}$' }),
  category: Type.String({ pattern: '^[a-z][a-z-]{0,31}$' }),
  resourceType: Type.String({ pattern: '^[A-Z][A-Za-z]{1,40}$' }),
  /** One id for all versions of one source record; random. */
  assertionId: Type.String({ pattern: '^[0-9a-f-]{36}$' }),
  sourceVersion: nullable(Type.String({ minLength: 1, maxLength: 64 })),
  /** Keyed hash of the whole resource: tells a repeat from a change. */
  contentToken: BlindToken,
  statements: Type.Array(BlindStatement, { minItems: 1, maxItems: 64 }),
};
