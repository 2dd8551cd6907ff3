import { type Static, Type } from '@sinclair/typebox';
import { BlindToken, nullable, strictObject } from '../event.js';

/**
 * What one source record says about one thing, in keyed hashes under the patient's own naming key: `identity` names the
 * thing (any shared token makes two statements speak of the same fact), `value` is what is said of it.
 */
export const BlindStatement = strictObject({
  element: nullable(Type.String({ pattern: '^[a-z][A-Za-z]{0,63}$' })),
  identity: Type.Array(BlindToken, { maxItems: 128 }),
  value: BlindToken,
});

export type BlindStatement = Static<typeof BlindStatement>;

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
  statements: Type.Array(BlindStatement, { minItems: 1, maxItems: 32 }),
};
