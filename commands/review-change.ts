import type { ReviewChange } from '../schemas/commands/review-change.js';
import { loadChange, takeStep } from './change-control/change.js';
import type { CommandDeps } from './deps.js';
import type { CommandRequest, Outcome } from './request.js';

/** Another person looks afterwards at what was done in an emergency. */
export async function reviewChange(deps: CommandDeps, request: CommandRequest<ReviewChange>): Promise<Outcome> {
  const { caller, body } = request;
  const change = await loadChange(deps, caller.tenant, body.changeId);
  if ('kind' in change) return change;
  const { subject } = caller.actor;
  return takeStep(deps, request, change, { name: 'review-change', subject, verdict: body.verdict, reason: body.reason });
}
