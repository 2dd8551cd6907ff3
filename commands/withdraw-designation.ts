import { reject } from '../domain/rejections.js';
import type { WithdrawDesignation } from '../schemas/commands/withdraw-designation.js';
import type { CommandDeps } from './deps.js';
import { submitDesignation } from './designate-system-of-record.js';
import { nameScope } from './designation-scope.js';
import { instantOf } from './instant.js';
import type { CommandRequest, Outcome } from './request.js';

/** Ends a designation before its time. The scope is named as it was designated: it says in which stream the designation stands. */
export async function withdrawDesignation(deps: CommandDeps, request: CommandRequest<WithdrawDesignation>): Promise<Outcome> {
  const { scope: asked, designation, reason } = request.body;
  const named = await nameScope(deps, request.caller.tenant, asked);
  if ('kind' in named) return named;
  const effectiveFrom = request.body.effectiveFrom === undefined ? deps.clock.now() : instantOf(request.body.effectiveFrom);
  if (effectiveFrom === undefined) return reject('invalid-date', [{ pointer: '/effectiveFrom', rule: 'real-instant' }]);
  const { scope } = named;
  return submitDesignation(deps, request, named, { name: 'withdraw-designation', scope, designation, effectiveFrom, approval: request.approval, reason });
}
