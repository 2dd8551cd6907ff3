import type { MergePatients } from '../schemas/commands/merge-patients.js';
import type { CommandDeps } from './deps.js';
import type { CommandRequest, Outcome } from './request.js';
import { regrouped, submitIdentities } from './submit-identities.js';

/** Two patients are one: the absorbed id answers with the survivor from then on, and the facts of both meet. */
export async function mergePatients(deps: CommandDeps, request: CommandRequest<MergePatients>): Promise<Outcome> {
  const { survivor, absorbed, reason } = request.body;
  const command = { name: 'merge-patients', survivor, absorbed, approval: request.approval, reason } as const;
  const outcome = await submitIdentities(deps, request, { survivor, absorbed }, command);
  return regrouped(deps, request, command.name, [survivor, absorbed], outcome);
}
