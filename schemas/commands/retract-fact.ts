import { type Static, Type } from '@sinclair/typebox';
import { strictObject } from '../event.js';
import { RETRACTION_REASONS } from '../events/fact-retracted.js';
import { PatientFields, SourceRecordId } from './fields.js';

export const RetractFact = strictObject(
  { ...PatientFields, sourceRecordId: SourceRecordId, reason: Type.Union(RETRACTION_REASONS.map((reason) => Type.Literal(reason))) },
  { description: 'A source takes back what it said; it stays in the history. Role: source.' },
);
export type RetractFact = Static<typeof RetractFact>;
