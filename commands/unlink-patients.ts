import type { UnlinkPatients } from '../schemas/commands/unlink-patients.js';
import type { CommandDeps } from './deps.js';
import type { CommandRequest, Outcome } from './request.js';
import { submitIdentities } from './submit-identities.js';

/** Ends a link, or settles that two patients are different people. */
export async function unlinkPatients(deps: CommandDeps, request: CommandRequest<UnlinkPatients>): Promise<Outcome> {
  const { patientId, otherPatientId, verdict = 'no-longer-linked', reason } = request.body;
  return submitIdentities(deps, request, { patientId, otherPatientId }, { name: 'unlink-patients', patientId, otherPatientId, verdict, reason });
}
