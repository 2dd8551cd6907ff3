import { type Static, Type } from '@sinclair/typebox';
import { BlindToken, Instant, nullable, sealingEventSchema, strictObject, Uuid } from '../event.js';

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

/** Refused lines about one patient that an order destroys; what is beyond ends with its time, as all do. */
export const INPUTS_AT_MOST = 5000;

/** What was kept of refused lines when the order was given: only then could anybody tell which were about the patient. */
export const QuarantineFound = strictObject({
  /** The `inputToken` of each line that is about the patient: its keys are destroyed with the patient's. */
  inputs: Type.Array(BlindToken, { maxItems: INPUTS_AT_MOST }),
  /** Lines that stay until their time is over, since nothing in them tells whom they are about; and when the last of them goes. */
  unattributed: Type.Integer({ minimum: 0 }),
  unattributedUntil: nullable(Instant),
  /** Lines from before each had keys of its own. They stay. */
  underTenantKeys: Type.Integer({ minimum: 0 }),
});
export type QuarantineFound = Static<typeof QuarantineFound>;

/**
 * A patient is to be erased, and nothing takes this back: from here on read models forget the patient, and the keys are destroyed
 * by whoever reads this. Why is sealed under the tenant's keys, since the patient's own will be gone.
 */
export const ErasureOrdered = sealingEventSchema('erasure-ordered', 2, {
  patientId: Uuid,
  ground: Ground,
  requestedBy: Requester,
  /** The keys that there were when it was ordered: after they are gone nobody could tell. */
  keys: Type.Array(NamedKey, { maxItems: KEYS_AT_MOST }),
  /** Null in orders of before this was looked at. */
  quarantine: nullable(QuarantineFound),
  approval: nullable(Uuid),
});
