import { type Static, Type } from '@sinclair/typebox';
import { eventSchema, Instant, Name, nullable, strictObject } from '../event.js';

/** What a designation is about. `null` means any: both null is the tenant's default. */
export const DesignationScope = strictObject({
  category: nullable(Type.String({ pattern: '^[a-z][a-z-]{0,31}$' })),
  element: nullable(Type.String({ pattern: '^[a-z][A-Za-z]{0,63}$' })),
});

/** Whom to believe for what, most believed first, from an instant on. Later designations of a scope take the place of earlier ones. */
export const SystemOfRecordDesignated = eventSchema('system-of-record-designated', 1, {
  scope: DesignationScope,
  sources: Type.Array(Name, { minItems: 1, maxItems: 64, uniqueItems: true }),
  effectiveFrom: Instant,
  revision: Type.Integer({ minimum: 1, description: 'Version of the designation of this scope.' }),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
});

export type DesignationScope = Static<typeof DesignationScope>;
