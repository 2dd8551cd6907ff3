import type { RejectChange } from '../schemas/commands/reject-change.js';
import { loadChange, takeStep } from './change-control/change.js';
import type { CommandDeps } from './deps.js';
import type { CommandRequest, Outcome } from './request.js';

/** A proposal is refused, or withdrawn by whoever made it. */
export async function rejectChange(deps: CommandDeps, request: CommandRequest<RejectChange>): Promise<Outcome> {
  const { caller, body } = request;
  const change = await loadChange(deps, caller.tenant, body.changeId);
  if ('kind' in change) return change;
  const { subject } = caller.actor;
  return takeStep(deps, request, change, { name: 'reject-change', subject, at: deps.clock.now(), reason: body.reason });
}
