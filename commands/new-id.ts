import type { CommandDeps } from './deps.js';
import type { CommandRequest } from './request.js';

/**
 * The id of something that a command begins in a stream of its own: random, but the same for every repeat under one
 * Idempotency-Key, since the repeat has to find that stream. The first to ask decides, for all processes.
 */
export async function newId(deps: Pick<CommandDeps, 'vault' | 'ids'>, request: CommandRequest<unknown>, noun: string): Promise<string> {
  const { caller, idempotencyKey } = request;
  const fresh = deps.ids.next();
  if (idempotencyKey === null) return fresh;
  const ring = await deps.vault.tenantRing(caller.tenant);
  // No subject is empty: the name of a key to come is nobody's own key.
  return deps.vault.bind(caller.tenant, ring.blind('idempotency', `|${noun}|${caller.actor.subject}|${idempotencyKey}`), fresh);
}
