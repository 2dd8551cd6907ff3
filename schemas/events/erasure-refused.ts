import { type Static, Type } from '@sinclair/typebox';
import { Instant, nullable, sealingEventSchema, strictObject, Uuid } from '../event.js';
import { Ground, Requester } from './erasure-ordered.js';

export const ERASURE_EXCEPTIONS = ['legal-hold', 'retention-duty'] as const;

/** What stands against it, by which law, and until when where that is known. */
export const ErasureException = strictObject({
  kind: Type.Union(ERASURE_EXCEPTIONS.map((kind) => Type.Literal(kind))),
  law: Type.String({ minLength: 1, maxLength: 120 }),
  until: nullable(Instant),
});
export type ErasureException = Static<typeof ErasureException>;

/** An erasure was asked for and refused: who asked has to be told why (GDPR 12(4)), and that they were is on record. */
export const ErasureRefused = sealingEventSchema('erasure-refused', 1, {
  patientId: Uuid,
  ground: Ground,
  requestedBy: Requester,
  exceptions: Type.Array(ErasureException, { minItems: 1, maxItems: 8 }),
  approval: nullable(Uuid),
});
