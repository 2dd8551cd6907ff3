import type { SuspendSource } from '../schemas/commands/suspend-source.js';
import type { CommandDeps } from './deps.js';
import { submitSource } from './register-source.js';
import type { CommandRequest, Outcome } from './request.js';

export async function suspendSource(deps: CommandDeps, request: CommandRequest<SuspendSource>): Promise<Outcome> {
  return submitSource(deps, request, request.body.sourceId, { name: 'suspend-source', ...request.body });
}
