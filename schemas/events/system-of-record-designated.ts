import { type Static, Type } from '@sinclair/typebox';
import { BlindToken, Instant, Name, nullable, sealingEventSchema, strictObject, Uuid } from '../event.js';

/**
 * What a designation is about. `null` means any: all null is the tenant's default. `codes` are keyed hashes under the
 * patient's own key, so that a range of codes can only be named for one patient.
 */
export const DesignationScope = strictObject({
  patientId: nullable(Uuid),
  codes: nullable(Type.Array(BlindToken, { minItems: 1, maxItems: 64 })),
  organization: nullable(Name),
  category: nullable(Type.String({ pattern: '^[a-z][a-z-]{0,31}$' })),
  element: nullable(Type.String({ pattern: '^[a-z][A-Za-z]{0,63}$' })),
});

/** Whom to believe for what, most believed first, from an instant on. Later designations of a scope take the place of earlier ones. */
export const SystemOfRecordDesignated = sealingEventSchema('system-of-record-designated', 3, {
  scope: DesignationScope,
  sources: Type.Array(Name, { minItems: 1, maxItems: 64, uniqueItems: true }),
  effectiveFrom: Instant,
  /** The instant from which it no longer holds; null: until another takes its place. */
  effectiveTo: nullable(Instant),
  revision: Type.Integer({ minimum: 1, description: 'Version of the designation of this scope.' }),
  approval: nullable(Uuid),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
});

export type DesignationScope = Static<typeof DesignationScope>;
