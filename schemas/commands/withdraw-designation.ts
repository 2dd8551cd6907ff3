import { type Static, Type } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';
import { Scope } from './designate-system-of-record.js';
import { Reason, Timestamp } from './fields.js';

export const WithdrawDesignation = strictObject(
  { scope: Scope, designation: Uuid, effectiveFrom: Type.Optional(Timestamp), reason: Reason },
  {
    description: 'Ends a designation, named by its event id: the next less specific scope rules from then on. A protected change: propose it. Role: steward.',
  },
);
export type WithdrawDesignation = Static<typeof WithdrawDesignation>;
