import { Type } from '@sinclair/typebox';
import { sealingEventSchema, Uuid } from '../event.js';

export const EXTENTS = ['full', 'partial'] as const;

/**
 * The amendment is made, in full or in part (45 CFR 164.526(c)); of a part that is denied, `amendment-denied` follows at once. The
 * correction itself is the source's, or an approved change. Whom the individual wants informed is sealed.
 */
export const AmendmentAccepted = sealingEventSchema('amendment-accepted', 2, {
  amendmentId: Uuid,
  patientId: Uuid,
  extent: Type.Union(EXTENTS.map((extent) => Type.Literal(extent))),
});
