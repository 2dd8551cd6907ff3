import { type Static, Type } from '@sinclair/typebox';
import { Name, strictObject } from '../event.js';
import { CORRECTION_REASONS } from '../events/fact-corrected.js';
import { PatientFields, Resource, SourceRecordId, SourceVersion, Timestamp } from './fields.js';

export const CorrectFact = strictObject(
  {
    ...PatientFields,
    resource: Resource,
    sourceRecordId: SourceRecordId,
    sourceVersion: Type.Optional(SourceVersion),
    effectiveAt: Type.Optional(Timestamp),
    /** Whose record it is, when a steward corrects it: a protected change. A source's own token needs no name. */
    source: Type.Optional(Name),
    reason: Type.Union(CORRECTION_REASONS.map((reason) => Type.Literal(reason))),
  },
  {
    description: "A source replaces what it said; the replaced version stays in the history. Role: source; another source's record only as an approved change.",
  },
);
export type CorrectFact = Static<typeof CorrectFact>;
