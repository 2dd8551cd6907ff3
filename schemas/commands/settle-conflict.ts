import { type Static, Type } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';
import { SETTLEMENTS } from '../events/conflict-settled.js';
import { Reason } from './fields.js';

/** A fact as the record and the work list name it. */
export const FactId = Type.String({ pattern: '^[0-9a-f-]{36}(\\.[A-Za-z0-9_-]{1,64}){0,2}$' });

export const SettleConflict = strictObject(
  {
    patientId: Uuid,
    factId: FactId,
    decision: Type.Union(SETTLEMENTS.map((decision) => Type.Literal(decision))),
    /** The assertion to believe: with `choose`. */
    chosen: Type.Optional(Uuid),
    /** The other fact: with `same`. */
    otherFactId: Type.Optional(FactId),
    /** Assertions that belong together, a list for each fact there is in truth: with `not-same`. */
    groups: Type.Optional(Type.Array(Type.Array(Uuid, { minItems: 1, maxItems: 100 }), { minItems: 2, maxItems: 64 })),
    /** Event ids of the statements that were looked at (`eventId` of each in the conflict): all of them, as they stand now. */
    judged: Type.Array(Uuid, { minItems: 1, maxItems: 500, uniqueItems: true }),
    reason: Reason,
  },
  {
    description:
      'Settles what sources disagree on: choose one, keep both, two facts that are not the same, or one fact that seemed two. Holds until a judged statement changes. Of safety categories a protected change: propose it. Role: steward.',
  },
);
export type SettleConflict = Static<typeof SettleConflict>;
