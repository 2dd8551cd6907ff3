import { Type } from '@sinclair/typebox';
import { sealingEventSchema, Uuid } from '../event.js';

/** The four bases of 45 CFR 164.526(a)(2); there are no others. */
export const DENIAL_BASES = ['not-created-by-us', 'not-in-the-designated-record-set', 'not-open-to-inspection', 'accurate-and-complete'] as const;
export type DenialBasis = (typeof DENIAL_BASES)[number];

/** The request is denied; the plain-language reasons are sealed (45 CFR 164.526(d)(1)). */
export const AmendmentDenied = sealingEventSchema('amendment-denied', 2, {
  amendmentId: Uuid,
  patientId: Uuid,
  basis: Type.Union(DENIAL_BASES.map((basis) => Type.Literal(basis))),
});
