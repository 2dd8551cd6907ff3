import { eventSchema, nullable, Uuid } from '../event.js';

/** The matter is over, and no longer stands against an erasure. */
export const LegalHoldReleased = eventSchema('legal-hold-released', 1, { patientId: Uuid, holdId: Uuid, approval: nullable(Uuid) });
