import type { PlaceLegalHold } from '../schemas/commands/place-legal-hold.js';
import type { CommandDeps } from './deps.js';
import { lastStatedAt, submitErasure, unknownPatientNamed } from './erasure/erasure.js';
import type { CommandRequest, Outcome } from './request.js';

/** From now on an erasure of the patient is refused. One person is enough: keeping can be undone. */
export async function placeLegalHold(deps: CommandDeps, request: CommandRequest<PlaceLegalHold>): Promise<Outcome> {
  const { patientId, matter } = request.body;
  if ((await lastStatedAt(deps, request.caller.tenant, patientId)) === null) return unknownPatientNamed();
  return submitErasure(deps, request, 'place-legal-hold', { name: 'place-legal-hold', patientId, matter });
}
