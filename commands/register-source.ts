import { type SourceCommand, sourceDecider } from '../domain/sourcing/decide.js';
import { streams } from '../domain/streams.js';
import type { RegisterSource } from '../schemas/commands/register-source.js';
import type { CommandDeps } from './deps.js';
import { envelopeOf } from './envelope-of.js';
import type { CommandRequest, Outcome } from './request.js';

export async function registerSource(deps: CommandDeps, request: CommandRequest<RegisterSource>): Promise<Outcome> {
  const { sourceId, displayName, kind, organization = null } = request.body;
  return submitSource(deps, request, sourceId, { name: 'register-source', data: { sourceId, displayName, kind, organization } });
}

export async function submitSource(deps: CommandDeps, request: CommandRequest<unknown>, sourceId: string, command: SourceCommand): Promise<Outcome> {
  const { tenant } = request.caller;
  return deps.submit(streams.source(tenant, sourceId), {
    decider: sourceDecider,
    command,
    envelope: envelopeOf(request, command.name, await deps.vault.tenantRing(tenant)),
    ring: null,
    expected: request.expected,
    sizeBytes: Buffer.byteLength(request.text),
  });
}
