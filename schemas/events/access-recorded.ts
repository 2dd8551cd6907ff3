import { Type } from '@sinclair/typebox';
import { eventSchema, nullable, strictObject, Uuid } from '../event.js';

/** What was asked for, and what became of it. `allowed` events are durable before the answer leaves. */
export const ACCESS_ACTIONS = [
  'read-record',
  'read-history',
  'read-lineage',
  'read-conflicts',
  'read-accesses',
  'find-patient',
  'read-feed',
  'replay',
  'read-quarantine',
  'send-command',
  'operate',
  'authenticate',
] as const;

/** Access, disclosure or refusal (45 CFR 164.312(b), 164.528); no content, only who, what, why and by which rule. */
export const AccessRecorded = eventSchema('access-recorded', 1, {
  action: Type.Union(ACCESS_ACTIONS.map((action) => Type.Literal(action))),
  outcome: Type.Union([Type.Literal('allowed'), Type.Literal('refused')]),
  code: nullable(Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' })),
  rule: Type.String({ pattern: '^[a-z][a-z0-9-]*@[0-9]+$', description: 'The rule and its version that decided.' }),
  patients: Type.Array(Uuid, { maxItems: 1000 }),
  categories: Type.Array(Type.String({ pattern: '^[a-z][a-z-]{0,31}$' }), { maxItems: 32 }),
  opened: Type.Integer({ minimum: 0, description: 'How many sealed parts were opened for the answer.' }),
  detail: nullable(strictObject({ feed: Type.Optional(Type.String()), command: Type.Optional(Type.String()) })),
});
