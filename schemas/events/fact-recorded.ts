import { sealingEventSchema } from '../event.js';
import { AssertionProperties } from './statement.js';

/** A source asserts a clinical fact; the FHIR resource is sealed as it was written. */
export const FactRecorded = sealingEventSchema('fact-recorded', 3, AssertionProperties);
