import type { LedgerEvent } from '../../schemas/catalogue.js';
import type { DesignationScope } from '../../schemas/events/system-of-record-designated.js';
import { accept, type Decider, type Decision } from '../decider.js';
import { reject } from '../rejections.js';

/** All designations of one scope, in the order they were made. */
export interface ScopeState {
  revisions: number;
  latest: { readonly sources: readonly string[]; readonly effectiveFrom: string } | null;
}

export interface DesignateCommand {
  readonly name: 'designate-system-of-record';
  readonly scope: DesignationScope;
  readonly sources: string[];
  readonly effectiveFrom: string;
  readonly reason: string;
}

export const authorityDecider: Decider<ScopeState, DesignateCommand> = {
  initial: () => ({ revisions: 0, latest: null }),
  evolve: evolveScope,
  decide: decideDesignation,
};

function evolveScope(state: ScopeState, event: LedgerEvent): ScopeState {
  if (event.type !== 'system-of-record-designated') return state;
  state.revisions = event.data.revision;
  state.latest = { sources: event.data.sources, effectiveFrom: event.data.effectiveFrom };
  return state;
}

function decideDesignation(state: ScopeState, command: DesignateCommand): Decision {
  const { scope, sources, effectiveFrom, reason } = command;
  if (state.latest?.effectiveFrom === effectiveFrom && state.latest.sources.join('|') === sources.join('|')) return reject('designation-unchanged');
  return accept({
    type: 'system-of-record-designated',
    data: { scope, sources, effectiveFrom, revision: state.revisions + 1, reason },
    source: null,
    validTime: { from: effectiveFrom, to: null },
    content: null,
  });
}

/** One stream a scope: `{tenant}.designation-{category}.{element}`, `any` where the scope leaves it open. */
export function scopeName(scope: DesignationScope): string {
  return `${scope.category ?? 'any'}.${scope.element ?? 'any'}`;
}
