import type { ReleaseLegalHold } from '../schemas/commands/release-legal-hold.js';
import type { CommandDeps } from './deps.js';
import { lastStatedAt, submitErasure, unknownPatientNamed } from './erasure/erasure.js';
import type { CommandRequest, Outcome } from './request.js';

/** The hold ends; others of the same patient stand. */
export async function releaseLegalHold(deps: CommandDeps, request: CommandRequest<ReleaseLegalHold>): Promise<Outcome> {
  const { patientId, holdId } = request.body;
  if ((await lastStatedAt(deps, request.caller.tenant, patientId)) === null) return unknownPatientNamed();
  return submitErasure(deps, request, 'release-legal-hold', { name: 'release-legal-hold', patientId, holdId, approval: request.approval });
}
