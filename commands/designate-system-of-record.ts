import { authorityDecider } from '../domain/authority/decide.js';
import { reject } from '../domain/rejections.js';
import { sourceDecider } from '../domain/sourcing/decide.js';
import { streams } from '../domain/streams.js';
import type { DesignateSystemOfRecord } from '../schemas/commands/designate-system-of-record.js';
import type { CommandDeps } from './deps.js';
import { envelopeOf } from './envelope-of.js';
import { instantOf } from './instant.js';
import type { CommandRequest, Outcome } from './request.js';

/** Whom to believe for what. Every named source must be registered; suspended ones may be named, since what they said still counts. */
export async function designateSystemOfRecord(deps: CommandDeps, request: CommandRequest<DesignateSystemOfRecord>): Promise<Outcome> {
  const { tenant } = request.caller;
  const { scope, sources, effectiveFrom, reason } = request.body;
  for (const [index, source] of sources.entries()) {
    const stream = streams.source(tenant, source);
    const folded = await deps.states.load(sourceDecider, stream);
    if (folded.state.registered === null) await deps.states.refresh(sourceDecider, stream, folded);
    if (folded.state.registered === null) return reject('unknown-source', [{ pointer: `/sources/${index}`, rule: 'registered-source' }]);
  }
  const from = effectiveFrom === undefined ? deps.clock.now() : instantOf(effectiveFrom);
  if (from === undefined) return reject('invalid-date', [{ pointer: '/effectiveFrom', rule: 'real-instant' }]);
  const about = { category: scope.category ?? null, element: scope.element ?? null };
  return deps.submit(streams.designation(tenant, about), {
    decider: authorityDecider,
    command: {
      name: 'designate-system-of-record',
      scope: about,
      sources,
      effectiveFrom: from,
      reason,
    },
    envelope: envelopeOf(request, 'designate-system-of-record', await deps.vault.tenantRing(tenant)),
    ring: null,
    expected: request.expected,
    sizeBytes: Buffer.byteLength(request.text),
  });
}
