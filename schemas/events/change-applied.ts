import { Type } from '@sinclair/typebox';
import { eventSchema, nullable, Uuid } from '../event.js';

export const CHANGE_OUTCOMES = ['applied', 'failed'] as const;
export type ChangeOutcome = (typeof CHANGE_OUTCOMES)[number];

/** What became of an approved or an emergency change: the events of its effect, or the code with which it was refused. */
export const ChangeApplied = eventSchema('change-applied', 1, {
  changeId: Uuid,
  outcome: Type.Union(CHANGE_OUTCOMES.map((outcome) => Type.Literal(outcome))),
  code: nullable(Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' })),
  effects: Type.Array(Uuid, { maxItems: 1000 }),
  /** As in the proposal: an applied change makes good the one it follows. */
  followsUp: nullable(Uuid),
});
