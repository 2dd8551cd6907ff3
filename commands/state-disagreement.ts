import { reject } from '../domain/rejections.js';
import type { StateDisagreement } from '../schemas/commands/state-disagreement.js';
import { actsFor, patientOfAmendment, submitAmendment } from './amendment/amendment.js';
import type { CommandDeps } from './deps.js';
import type { CommandRequest, Outcome } from './request.js';

/** The individual answers a denial. Another patient's request looks the same as none. */
export async function stateDisagreement(deps: CommandDeps, request: CommandRequest<StateDisagreement>): Promise<Outcome> {
  const { caller, body } = request;
  const { amendmentId, statement = null, includeRequest = false } = body;
  if (statement === null && !includeRequest) return reject('invalid-command', [{ pointer: '', rule: 'required', expected: 'statement or includeRequest' }]);
  const patientId = await patientOfAmendment(deps, caller.tenant, amendmentId);
  if (typeof patientId !== 'string') return patientId;
  if (!(await actsFor(deps, request, patientId))) return reject('unknown-amendment');
  return submitAmendment(deps, request, { amendmentId, patientId }, 'state-disagreement', { name: 'state-disagreement', statement, includeRequest });
}
