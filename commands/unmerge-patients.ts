import type { UnmergePatients } from '../schemas/commands/unmerge-patients.js';
import type { CommandDeps } from './deps.js';
import type { CommandRequest, Outcome } from './request.js';
import { regrouped, submitIdentities } from './submit-identities.js';

/** Takes a merge back. Facts never left the stream they came to, so there is nothing to sort out: each patient is what its stream says. */
export async function unmergePatients(deps: CommandDeps, request: CommandRequest<UnmergePatients>): Promise<Outcome> {
  const { survivor, absorbed, reason } = request.body;
  const command = { name: 'unmerge-patients', survivor, absorbed, approval: request.approval, reason } as const;
  const outcome = await submitIdentities(deps, request, { survivor, absorbed }, command);
  return regrouped(deps, request, command.name, [survivor, absorbed], outcome);
}
