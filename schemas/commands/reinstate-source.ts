import type { Static } from '@sinclair/typebox';
import { Name, strictObject } from '../event.js';
import { Reason } from './fields.js';

export const ReinstateSource = strictObject(
  { sourceId: Name, reason: Reason },
  { description: 'Lets a suspended source write again. Role: steward, privacy-officer or operator.' },
);
export type ReinstateSource = Static<typeof ReinstateSource>;
