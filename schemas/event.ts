import { type Static, type TSchema, Type } from '@sinclair/typebox';

/** RFC 3339 instant in UTC with milliseconds, e.g. `2026-11-23T14:44:31.120Z`. */
export const Instant = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$', maxLength: 35 });

/** A lower-case UUID. Ids are random: none is derived from a person. */
export const Uuid = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' });

/** What tenants, sources, subjects and organizations are called: readable, safe in a stream name and in a log. */
export const Name = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$' });

/** 128 bits of a keyed hash (HMAC-SHA-256), base64url. It means nothing without the key. */
export const BlindToken = Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' });

/** A code of HL7 v3 PurposeOfUse, e.g. `TREAT`, `ETREAT`, `HOPERAT`, `PATRQT`. */
export const PurposeOfUse = Type.String({ pattern: '^[A-Z]{2,16}$' });

export function strictObject<P extends Record<string, TSchema>>(properties: P, options: { description?: string } = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

export function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

export const Actor = strictObject(
  {
    subject: Name,
    roles: Type.Array(Name, { maxItems: 16 }),
    organization: nullable(Name),
  },
  { description: 'Who acted: the subject of the verified token.' },
);

const PartName = Type.String({ pattern: '^[a-z][a-z-]{0,31}$' });

/**
 * Content as the source wrote it, sealed for one key scope, as version 1 of the envelope has it. `box` is the ciphertext with
 * its tag; the associated data (tenant, stream, event id, part name, scope, key id, generation) is not stored but rebuilt by
 * whoever opens it. Suite 1 is AES-256-GCM under the scope's key with a random 96-bit nonce.
 */
export const SealedPartOne = strictObject({
  name: PartName,
  scope: Type.String({ pattern: '^[a-z][a-z-]{0,31}$' }),
  suite: Type.Literal(1),
  keyId: Uuid,
  generation: Type.Integer({ minimum: 1 }),
  nonce: Type.String({ pattern: '^[A-Za-z0-9_-]{16}$' }),
  box: Type.String({ pattern: '^[A-Za-z0-9_-]+$' }),
});

/**
 * The committing form. HMAC-SHA-512 under the scope's secret, over the associated data and a random 192-bit nonce, gives the
 * key of this part alone (AES-256-GCM, zero nonce) and the commitment to it: no second key opens the part, and no number of
 * parts wears a scope's secret out. A sensitive scope is named by a keyed hash (`~` first), since its name would be a diagnosis.
 */
export const SealedPartTwo = strictObject({
  name: PartName,
  scope: Type.String({ pattern: '^([a-z][a-z-]{0,31}|~[A-Za-z0-9_-]{22})$' }),
  suite: Type.Literal(2),
  keyId: Uuid,
  generation: Type.Integer({ minimum: 1 }),
  nonce: Type.String({ pattern: '^[A-Za-z0-9_-]{32}$' }),
  commitment: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
  box: Type.String({ pattern: '^[A-Za-z0-9_-]+$' }),
});

export const SealedPart = Type.Union([SealedPartOne, SealedPartTwo]);

export const SourceOfEvent = strictObject(
  {
    id: Name,
    recordKey: nullable(BlindToken),
  },
  { description: 'The source system, and a keyed hash of the id that its record has there.' },
);

export const ValidTime = strictObject(
  { from: nullable(Instant), to: nullable(Instant) },
  { description: 'When the fact is true: first instant, and the instant from which it no longer is; null where unknown or open.' },
);

/** Everything of an event except its own data. Clear text: it holds no PHI. */
export const EnvelopeProperties = {
  id: Uuid,
  version: Type.Integer({ minimum: 1 }),
  stream: Type.String({ maxLength: 200 }),
  tenant: Name,
  source: nullable(SourceOfEvent),
  actor: Actor,
  purpose: PurposeOfUse,
  validTime: ValidTime,
  recordedAt: Instant,
  correlationId: Uuid,
  causationId: Uuid,
  idempotency: nullable(
    strictObject({ key: BlindToken, fingerprint: BlindToken }, { description: 'Keyed hashes of the Idempotency-Key and of the whole command.' }),
  ),
  /** To readers of the code the same in all events: who reads parts need not know which types bring which form. */
  sealed: Type.Unsafe<SealedPart[]>(Type.Array(SealedPartOne, { maxItems: 16 })),
  contentHash: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 over the canonical JSON of type, data and sealed parts.' }),
};

export type Actor = Static<typeof Actor>;
export type SealedPart = Static<typeof SealedPart>;
export type SourceOfEvent = Static<typeof SourceOfEvent>;
export type ValidTime = Static<typeof ValidTime>;

/** One version of one event type that seals nothing, as written on the wire. */
export function eventSchema<T extends string, V extends number, D extends Record<string, TSchema>>(type: T, version: V, data: D) {
  return strictObject({
    type: Type.Literal(type),
    ...EnvelopeProperties,
    version: Type.Literal(version),
    data: strictObject(data),
  });
}

/** One version of one event type that brings sealed content. What versions before sealed under suite 1 is good here as it is. */
export function sealingEventSchema<T extends string, V extends number, D extends Record<string, TSchema>>(type: T, version: V, data: D) {
  return strictObject({
    type: Type.Literal(type),
    ...EnvelopeProperties,
    sealed: Type.Unsafe<SealedPart[]>(Type.Array(SealedPart, { maxItems: 16 })),
    version: Type.Literal(version),
    data: strictObject(data),
  });
}
