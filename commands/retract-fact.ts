import type { RetractFact } from '../schemas/commands/retract-fact.js';
import { submitPatient } from './assert.js';
import { recordKeyOf } from './assertion.js';
import type { CommandDeps } from './deps.js';
import { locatePatient, placeOfRecord } from './locate-patient.js';
import type { CommandRequest, Outcome } from './request.js';

/** A source takes back what it said. */
export async function retractFact(deps: CommandDeps, request: CommandRequest<RetractFact>, sourceId: string): Promise<Outcome> {
  const named = await locatePatient(deps, request.caller.tenant, request.body);
  if ('kind' in named) return named;
  const located = await placeOfRecord(deps, request.caller.tenant, named, sourceId, request.body.sourceRecordId);
  const recordKey = recordKeyOf(located.ring, sourceId, request.body.sourceRecordId);
  const { reason } = request.body;
  return submitPatient(deps, request, located, 'retract-fact', { name: 'retract-fact', patientId: located.patientId, source: sourceId, recordKey, reason });
}
