import { type Static, Type } from '@sinclair/typebox';
import { strictObject } from '../event.js';
import { CORRECTION_REASONS } from '../events/fact-corrected.js';
import { PatientFields, Resource, SourceRecordId, SourceVersion, Timestamp } from './fields.js';

export const CorrectFact = strictObject(
  {
    ...PatientFields,
    resource: Resource,
    sourceRecordId: SourceRecordId,
    sourceVersion: Type.Optional(SourceVersion),
    effectiveAt: Type.Optional(Timestamp),
    reason: Type.Union(CORRECTION_REASONS.map((reason) => Type.Literal(reason))),
  },
  { description: 'A source replaces what it said; the replaced version stays in the history. Role: source.' },
);
export type CorrectFact = Static<typeof CorrectFact>;
