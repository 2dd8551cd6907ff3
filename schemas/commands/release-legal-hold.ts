import type { Static } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';

export const ReleaseLegalHold = strictObject(
  { patientId: Uuid, holdId: Uuid },
  { description: 'Ends a legal hold. A protected change: propose it. Role: privacy-officer.' },
);
export type ReleaseLegalHold = Static<typeof ReleaseLegalHold>;
