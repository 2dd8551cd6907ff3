import type { Static } from '@sinclair/typebox';
import { Name, strictObject } from '../event.js';
import { Reason } from './fields.js';

export const SuspendSource = strictObject(
  { sourceId: Name, reason: Reason },
  { description: 'Stops a source from writing until it is reinstated; what it said stays. Role: steward, privacy-officer or operator.' },
);
export type SuspendSource = Static<typeof SuspendSource>;
