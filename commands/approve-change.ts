import type { ApproveChange } from '../schemas/commands/approve-change.js';
import { carryOut, type Perform } from './change-control/carry-out.js';
import { eventOfStep, loadChange, takeStep } from './change-control/change.js';
import type { CommandDeps } from './deps.js';
import type { CommandRequest, Outcome } from './request.js';

/** A second person agrees, and the change takes effect. Repeated, it completes what a crash left out and gives the same receipt. */
export async function approveChange(deps: CommandDeps, request: CommandRequest<ApproveChange>, perform: Perform): Promise<Outcome> {
  const { caller, body } = request;
  const change = await loadChange(deps, caller.tenant, body.changeId);
  if ('kind' in change) return change;
  const approved = await takeStep(deps, request, change, {
    name: 'approve-change',
    subject: caller.actor.subject,
    at: deps.clock.now(),
    reason: body.reason ?? null,
  });
  if (approved.kind === 'rejected') return approved;
  const answer = await carryOut(deps, perform, caller, body.changeId, [eventOfStep(approved)], approved.repeated);
  return answer.kind === 'rejected' ? answer : { ...answer, changeId: body.changeId };
}
