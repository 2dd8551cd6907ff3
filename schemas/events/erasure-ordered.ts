import { type Static, Type } from '@sinclair/typebox';
import { nullable, sealingEventSchema, strictObject, Uuid } from '../event.js';

/** GDPR 17(1)(a) to (f), in this order. */
export const ERASURE_GROUNDS = ['no-longer-necessary', 'consent-withdrawn', 'objection', 'unlawful-processing', 'legal-obligation', 'child-consent'] as const;
export type ErasureGround = (typeof ERASURE_GROUNDS)[number];

/** Who asked for it. */
export const ERASURE_REQUESTERS = ['patient', 'representative', 'court', 'supervisory-authority', 'controller'] as const;
export type ErasureRequester = (typeof ERASURE_REQUESTERS)[number];

export const Ground = Type.Union(ERASURE_GROUNDS.map((ground) => Type.Literal(ground)));
export const Requester = Type.Union(ERASURE_REQUESTERS.map((requester) => Type.Literal(requester)));

/** A key by what it is called; the key itself is nowhere in the log. */
export const NamedKey = strictObject({ keyId: Uuid, generation: Type.Integer({ minimum: 1 }) });
export type NamedKey = Static<typeof NamedKey>;

/** Generations of a patient's keys that an order names: one is made every two years, and after a compromise. */
export const KEYS_AT_MOST = 1000;

/**
 * A patient is to be erased, and nothing takes this back: from here on read models forget the patient, and the keys are destroyed
 * by whoever reads this. Why is sealed under the tenant's keys, since the patient's own will be gone.
 */
export const ErasureOrdered = sealingEventSchema('erasure-ordered', 1, {
  patientId: Uuid,
  ground: Ground,
  requestedBy: Requester,
  /** The keys that there were when it was ordered: after they are gone nobody could tell. */
  keys: Type.Array(NamedKey, { maxItems: KEYS_AT_MOST }),
  approval: nullable(Uuid),
});
