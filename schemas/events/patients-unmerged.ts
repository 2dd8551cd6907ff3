import { Type } from '@sinclair/typebox';
import { eventSchema, nullable, Uuid } from '../event.js';
import { PatientGroup } from './patients-merged.js';

/** A merge was wrong: its edge ends, and each side is again what it was, with what arrived since under its own id. */
export const PatientsUnmerged = eventSchema('patients-unmerged', 1, {
  absorbed: Uuid,
  survivor: Uuid,
  kept: PatientGroup,
  released: PatientGroup,
  approval: nullable(Uuid),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
});
