import { sealingEventSchema } from '../event.js';
import { AssertionProperties } from './statement.js';

/** A patient's stream begins; the first source's demographics come with it. */
export const PatientRegistered = sealingEventSchema('patient-registered', 3, AssertionProperties);
