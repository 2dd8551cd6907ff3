import { eventSchema } from '../event.js';
import { AssertionProperties } from './statement.js';

/** A patient's stream begins; the first source's demographics come with it. */
export const PatientRegistered = eventSchema('patient-registered', 2, AssertionProperties);
