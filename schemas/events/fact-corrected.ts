import { Type } from '@sinclair/typebox';
import { nullable, sealingEventSchema, Uuid } from '../event.js';
import { AssertionProperties } from './statement.js';

/** Kept apart as AHIMA's record guidance asks: each shows as what it is, with its own date and author. */
export const CORRECTION_REASONS = ['correction', 'addendum', 'late-entry', 'amended'] as const;

/**
 * A source corrects what it said; `replaces` names the corrected events, which stay in the history (21 CFR 11.10(e)). Where a
 * steward corrected it instead, `approval` names the change that two people agreed on.
 */
export const FactCorrected = sealingEventSchema('fact-corrected', 3, {
  ...AssertionProperties,
  replaces: Type.Array(Uuid, { minItems: 1, maxItems: 64 }),
  approval: nullable(Uuid),
  reason: Type.Union(CORRECTION_REASONS.map((reason) => Type.Literal(reason))),
});
