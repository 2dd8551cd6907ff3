import { type AuthorityCommand, authorityDecider } from '../domain/authority/decide.js';
import { type Rejection, reject } from '../domain/rejections.js';
import { sourceDecider } from '../domain/sourcing/decide.js';
import { streams } from '../domain/streams.js';
import type { DesignateSystemOfRecord } from '../schemas/commands/designate-system-of-record.js';
import type { CommandDeps } from './deps.js';
import { type NamedScope, nameScope } from './designation-scope.js';
import { envelopeOf } from './envelope-of.js';
import { instantOf } from './instant.js';
import type { CommandRequest, Outcome } from './request.js';

/** Whom to believe for what. */
export async function designateSystemOfRecord(deps: CommandDeps, request: CommandRequest<DesignateSystemOfRecord>): Promise<Outcome> {
  const { scope: asked, sources, reason } = request.body;
  const checked = await checkedDesignation(deps, request.caller.tenant, request.body);
  if ('kind' in checked) return checked;
  const { named, effectiveFrom, effectiveTo } = checked;
  const content = asked.codes === undefined ? null : { scope: asked.category ?? 'administrative', text: JSON.stringify({ codes: asked.codes }) };
  return submitDesignation(deps, request, named, {
    name: 'designate-system-of-record',
    scope: named.scope,
    sources,
    effectiveFrom,
    effectiveTo,
    approval: request.approval,
    reason,
    content,
  });
}

interface CheckedDesignation {
  readonly named: NamedScope;
  readonly effectiveFrom: string;
  readonly effectiveTo: string | null;
}

/** Every named source must be registered; suspended ones may be named, since what they said still counts. */
export async function checkedDesignation(deps: CommandDeps, tenant: string, body: DesignateSystemOfRecord): Promise<CheckedDesignation | Rejection> {
  const named = await nameScope(deps, tenant, body.scope);
  if ('kind' in named) return named;
  const organizations = await organizationsOf(deps, tenant, body.sources);
  if ('kind' in organizations) return organizations;
  // What an organization contributes is spoken by its sources: a list that names none of them decides nothing there.
  if (named.scope.organization !== null && !organizations.has(named.scope.organization))
    return reject('invalid-scope', [{ pointer: '/scope/organization', rule: 'organization-of-a-named-source' }]);
  const effectiveFrom = body.effectiveFrom === undefined ? deps.clock.now() : instantOf(body.effectiveFrom);
  if (effectiveFrom === undefined) return reject('invalid-date', [{ pointer: '/effectiveFrom', rule: 'real-instant' }]);
  const effectiveTo = body.effectiveTo === undefined ? null : instantOf(body.effectiveTo);
  if (effectiveTo === undefined) return reject('invalid-date', [{ pointer: '/effectiveTo', rule: 'real-instant' }]);
  if (effectiveTo !== null && effectiveTo <= effectiveFrom) return reject('invalid-date', [{ pointer: '/effectiveTo', rule: 'after-effective-from' }]);
  return { named, effectiveFrom, effectiveTo };
}

export async function submitDesignation(
  deps: CommandDeps,
  request: CommandRequest<unknown>,
  { scope, ring }: NamedScope,
  command: AuthorityCommand,
): Promise<Outcome> {
  const { tenant } = request.caller;
  return deps.submit(streams.designation(tenant, scope), {
    decider: authorityDecider,
    command,
    envelope: envelopeOf(request, command.name, await deps.vault.tenantRing(tenant)),
    ring,
    expected: request.expected,
    sizeBytes: Buffer.byteLength(request.text),
  });
}

/** The organizations that the named sources belong to; refused when one of them is not registered. */
async function organizationsOf(deps: CommandDeps, tenant: string, sources: readonly string[]): Promise<Set<string> | Rejection> {
  const organizations = new Set<string>();
  for (const [index, source] of sources.entries()) {
    const stream = streams.source(tenant, source);
    const folded = await deps.states.load(sourceDecider, stream);
    if (folded.state.registered === null) await deps.states.refresh(sourceDecider, stream, folded);
    const { registered } = folded.state;
    if (registered === null) return reject('unknown-source', [{ pointer: `/sources/${index}`, rule: 'registered-source' }]);
    if (registered.data.organization !== null) organizations.add(registered.data.organization);
  }
  return organizations;
}
