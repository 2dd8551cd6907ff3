import type { LedgerEvent } from '../../schemas/catalogue.js';
import type { DesignationScope } from '../../schemas/events/system-of-record-designated.js';
import { accept, type Decider, type Decision, type DraftOf } from '../decider.js';
import { reject } from '../rejections.js';
import { scopeKey } from './scope.js';

interface Made {
  readonly eventId: string;
  readonly sources: readonly string[];
  readonly effectiveFrom: string;
  readonly effectiveTo: string | null;
  withdrawn: boolean;
}

/** What was designated for one scope, by event id, in the order in which it was made. */
interface ScopeState {
  versions: number;
  readonly made: Map<string, Made>;
}

/** A stream of designations: of one tenant-wide scope, or of all scopes of one patient. */
export interface AuthorityState {
  versions: number;
  readonly scopes: Map<string, ScopeState>;
}

export interface DesignateCommand {
  readonly name: 'designate-system-of-record';
  readonly scope: DesignationScope;
  readonly sources: string[];
  readonly effectiveFrom: string;
  readonly effectiveTo: string | null;
  readonly approval: string | null;
  readonly reason: string;
  /** The codes in clear, to be sealed; null for a scope without codes. */
  readonly content: DraftOf<'system-of-record-designated'>['content'];
}

export interface WithdrawCommand {
  readonly name: 'withdraw-designation';
  readonly scope: DesignationScope;
  readonly designation: string;
  readonly effectiveFrom: string;
  readonly approval: string | null;
  readonly reason: string;
}

export type AuthorityCommand = DesignateCommand | WithdrawCommand;

/** Designations and withdrawals of one stream. Every record that is read weighs them, so there may not be any number. */
export const VERSIONS_AT_MOST = 1000;

export const authorityDecider: Decider<AuthorityState, AuthorityCommand> = {
  initial: () => ({ versions: 0, scopes: new Map() }),
  evolve,
  decide: (state, command) => (command.name === 'withdraw-designation' ? decideWithdrawal(state, command) : decideDesignation(state, command)),
};

function evolve(state: AuthorityState, event: LedgerEvent): AuthorityState {
  if (event.type !== 'system-of-record-designated' && event.type !== 'designation-withdrawn') return state;
  const key = scopeKey(event.data.scope);
  const scope: ScopeState = state.scopes.get(key) ?? { versions: 0, made: new Map() };
  state.scopes.set(key, scope);
  state.versions += 1;
  scope.versions = event.data.revision;
  if (event.type === 'designation-withdrawn') {
    const made = scope.made.get(event.data.designation);
    if (made !== undefined) made.withdrawn = true;
    return state;
  }
  const { sources, effectiveFrom, effectiveTo } = event.data;
  scope.made.set(event.id, { eventId: event.id, sources, effectiveFrom, effectiveTo, withdrawn: false });
  return state;
}

function decideDesignation(state: AuthorityState, command: DesignateCommand): Decision {
  const { name: _, content, ...said } = command;
  const { scope, effectiveFrom, effectiveTo } = said;
  if (effectiveTo !== null && effectiveTo <= effectiveFrom) return reject('invalid-date', [{ pointer: '/effectiveTo', rule: 'after-effective-from' }]);
  const known = state.scopes.get(scopeKey(scope));
  const latest = [...(known?.made.values() ?? [])].at(-1);
  if (latest !== undefined && saysTheSame(latest, command)) return reject('designation-unchanged');
  if (state.versions >= VERSIONS_AT_MOST) return reject('too-many-designations');
  return accept({
    type: 'system-of-record-designated',
    data: { ...said, revision: (known?.versions ?? 0) + 1 },
    source: null,
    validTime: { from: effectiveFrom, to: effectiveTo },
    content,
  });
}

function decideWithdrawal(state: AuthorityState, command: WithdrawCommand): Decision {
  const { name: _, ...said } = command;
  const known = state.scopes.get(scopeKey(said.scope));
  const made = known?.made.get(said.designation);
  if (known === undefined || made === undefined) return reject('unknown-designation');
  if (made.withdrawn || (made.effectiveTo !== null && made.effectiveTo <= said.effectiveFrom)) return reject('already-withdrawn');
  return accept({
    type: 'designation-withdrawn',
    data: { ...said, revision: known.versions + 1 },
    source: null,
    validTime: { from: said.effectiveFrom, to: null },
    content: null,
  });
}

function saysTheSame(latest: Made, { sources, effectiveFrom, effectiveTo }: DesignateCommand): boolean {
  return !latest.withdrawn && latest.effectiveFrom === effectiveFrom && latest.effectiveTo === effectiveTo && latest.sources.join('|') === sources.join('|');
}
