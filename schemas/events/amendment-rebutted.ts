import { sealingEventSchema, Uuid } from '../event.js';

/** The entity's rebuttal of a statement of disagreement, sealed (45 CFR 164.526(d)(3)). */
export const AmendmentRebutted = sealingEventSchema('amendment-rebutted', 2, { amendmentId: Uuid, patientId: Uuid });
