import type { LinkPatients } from '../schemas/commands/link-patients.js';
import type { CommandDeps } from './deps.js';
import type { CommandRequest, Outcome } from './request.js';
import { submitIdentities } from './submit-identities.js';

/** Two patients are the same person, and their records stay apart. */
export async function linkPatients(deps: CommandDeps, request: CommandRequest<LinkPatients>): Promise<Outcome> {
  const { patientId, otherPatientId, reason } = request.body;
  return submitIdentities(deps, request, { patientId, otherPatientId }, { name: 'link-patients', patientId, otherPatientId, reason });
}
