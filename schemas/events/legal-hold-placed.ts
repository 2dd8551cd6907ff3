import { sealingEventSchema, Uuid } from '../event.js';

/** A patient's record is to be kept whatever else is asked, for a matter at law. The hold is named by this event's id; the matter is sealed. */
export const LegalHoldPlaced = sealingEventSchema('legal-hold-placed', 1, { patientId: Uuid });
