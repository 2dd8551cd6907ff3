import type { ReinstateSource } from '../schemas/commands/reinstate-source.js';
import type { CommandDeps } from './deps.js';
import { submitSource } from './register-source.js';
import type { CommandRequest, Outcome } from './request.js';

export async function reinstateSource(deps: CommandDeps, request: CommandRequest<ReinstateSource>): Promise<Outcome> {
  return submitSource(deps, request, request.body.sourceId, { name: 'reinstate-source', ...request.body });
}
