import { type Static, Type } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';

export const PlaceLegalHold = strictObject(
  { patientId: Uuid, matter: Type.String({ minLength: 1, maxLength: 500, description: 'What it is for: the case, the order. Kept sealed.' }) },
  {
    description: 'Keeps a patient from being erased until the hold is released. The receipt’s event id names the hold. Role: privacy-officer.',
  },
);
export type PlaceLegalHold = Static<typeof PlaceLegalHold>;
