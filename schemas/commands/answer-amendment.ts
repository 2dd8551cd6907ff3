import { type Static, Type } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';
import { EXTENTS } from '../events/amendment-accepted.js';
import { DENIAL_BASES } from '../events/amendment-denied.js';

export const AMENDMENT_ANSWERS = ['accept', 'deny', 'extend', 'rebut'] as const;

const Words = (description: string) => Type.String({ minLength: 1, maxLength: 4000, description });

export const AnswerAmendment = strictObject(
  {
    amendmentId: Uuid,
    answer: Type.Union(AMENDMENT_ANSWERS.map((answer) => Type.Literal(answer))),
    /** With `accept`; `full` when absent. A partial acceptance denies the rest, with `basis` and `text`. */
    extent: Type.Optional(Type.Union(EXTENTS.map((extent) => Type.Literal(extent)))),
    /** With `accept`: persons whom the individual wants informed (c)(3)(i). */
    inform: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 50 })),
    /** With a denial: which of the four bases of (a)(2). */
    basis: Type.Optional(Type.Union(DENIAL_BASES.map((basis) => Type.Literal(basis)))),
    /** With `extend`: how many days after the 60th. */
    days: Type.Optional(Type.Integer({ minimum: 1, maximum: 30 })),
    /** What the individual is told: why it is denied, in plain language; why it takes longer; the rebuttal. */
    text: Type.Optional(Words('What the individual is told, in plain language.')),
  },
  {
    description:
      'Answers a request for amendment: accepts it, denies it on one of four bases, extends the time once by at most 30 days, or rebuts a statement of disagreement (45 CFR 164.526). Role: privacy-officer or steward.',
  },
);
export type AnswerAmendment = Static<typeof AnswerAmendment>;
