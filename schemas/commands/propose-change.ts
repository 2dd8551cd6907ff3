import { type Static, Type } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';
import { Reason } from './fields.js';

/** Commands that take effect only when a second person agrees. */
export const PROTECTED_COMMANDS = [
  'designate-system-of-record',
  'withdraw-designation',
  'merge-patients',
  'unmerge-patients',
  'settle-conflict',
  'correct-fact',
  'erase-patient',
  'release-legal-hold',
  'rotate-key',
] as const;
export type ProtectedCommand = (typeof PROTECTED_COMMANDS)[number];

export const ProposeChange = strictObject(
  {
    command: Type.Union(PROTECTED_COMMANDS.map((command) => Type.Literal(command))),
    body: Type.Unsafe<Record<string, unknown>>(Type.Object({}, { additionalProperties: true, description: 'The body of that command, as it would be sent.' })),
    reason: Reason,
    /** 7 when absent. Not for an emergency, which does not wait. */
    expiresAfterDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 30 })),
    /** Takes effect at once; another person has to review it within 72 hours. */
    emergency: Type.Optional(Type.Boolean()),
    /** The emergency change whose review was not upheld, which this one makes good. */
    followsUp: Type.Optional(Uuid),
  },
  {
    description:
      'Asks for a protected change; it takes effect when another person sends approve-change. The receipt names the change. Role: whoever may send the command itself; for correct-fact steward or privacy-officer.',
  },
);
export type ProposeChange = Static<typeof ProposeChange>;
