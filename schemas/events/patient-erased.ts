import { type Static, Type } from '@sinclair/typebox';
import { eventSchema, Instant, Name, nullable, strictObject, Uuid } from '../event.js';
import { Ground, KEYS_AT_MOST, NamedKey, Requester } from './erasure-ordered.js';

const Place = Type.String({ pattern: '^[\\d-]{1,41}$', description: 'A position of the log.' });
const Word = Type.String({ pattern: '^[a-z][a-z-]{0,63}$' });

/** One place that was looked at, and what was found there. */
export const ErasureEvidence = strictObject({
  store: Word,
  finding: Type.Union([Type.Literal('no-secret-left'), Type.Literal('no-key-given'), Type.Literal('nothing-left')]),
  /** Up to where the place had read the log when it was looked at; null for what does not follow the log. */
  through: nullable(Place),
});
export type ErasureEvidence = Static<typeof ErasureEvidence>;

/** What of the patient stays in the log and the stores; docs/erasure.md says of each what it is, and why. */
export const ERASURE_REMAINS = [
  'patient-id',
  'event-metadata',
  'keyed-hashes',
  'sealed-content-without-key',
  'accesses-and-key-uses',
  'decisions-about-the-patient',
  'claims-that-keep-the-patient-out',
  'quarantined-input-under-tenant-keys',
  'unattributed-quarantined-input',
] as const;

/** Refused lines that somebody asked to keep: how many went with the patient, and how many stay of which nobody can tell. */
export const QuarantineLeft = strictObject({
  destroyed: Type.Integer({ minimum: 0 }),
  unattributed: Type.Integer({ minimum: 0 }),
  unattributedUntil: nullable(Instant),
  underTenantKeys: Type.Integer({ minimum: 0 }),
});

/**
 * The tombstone and certificate of an erasure. It is written once everything in it has been seen to be so, by the ledger itself:
 * cryptographic erase (NIST SP 800-88 r2) of content that was never stored in clear.
 */
export const PatientErased = eventSchema('patient-erased', 2, {
  patientId: Uuid,
  /** The event that ordered it. */
  orderId: Uuid,
  ground: Ground,
  requestedBy: Requester,
  orderedBy: Name,
  /** The second person; null where one was enough. */
  approvedBy: nullable(Name),
  method: Type.Literal('cryptographic-erase-aes-256'),
  keys: Type.Array(NamedKey, { maxItems: KEYS_AT_MOST }),
  evidence: Type.Array(ErasureEvidence, { minItems: 1, maxItems: 64 }),
  orderedAt: Instant,
  verifiedAt: Instant,
  /** The order in the log, and the log's end when the evidence was gathered. */
  orderPosition: Place,
  verifiedThrough: Place,
  remains: Type.Array(Type.Union(ERASURE_REMAINS.map((what) => Type.Literal(what))), { maxItems: 16 }),
  /** Null for orders of before this was looked at. */
  quarantine: nullable(QuarantineLeft),
  /** Until then a backup of the key store may still hold the keys; nobody serves from it without erasing again. */
  irrecoverableAfter: Instant,
});
export type Certificate = Static<typeof PatientErased>['data'];
