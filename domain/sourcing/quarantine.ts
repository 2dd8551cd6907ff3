import type { EventOf, LedgerEvent } from '../../schemas/catalogue.js';
import { accept, type Decider, TIMELESS } from '../decider.js';

/** What a source sent and the ledger could not take: each input once, however often it is sent. */
export interface QuarantineState {
  readonly kept: Map<string, { readonly eventId: string; readonly revision: number }>;
}

export interface QuarantineCommand {
  readonly source: string;
  readonly data: EventOf<'input-quarantined'>['data'];
  /** Sensitive, when what was sent is: repairing it is then for those who hold that scope. */
  readonly scope: string;
  readonly text: string;
}

/** The key scope of quarantined input, under keys of its own: it may name no patient, or a wrong one. */
export const QUARANTINE_SCOPE = 'quarantine';

export const quarantineDecider: Decider<QuarantineState, QuarantineCommand> = {
  initial: () => ({ kept: new Map() }),
  evolve: (state: QuarantineState, event: LedgerEvent, revision: number) => {
    if (event.type === 'input-quarantined') state.kept.set(event.data.inputToken, { eventId: event.id, revision });
    return state;
  },
  decide: (state, { source, data, scope, text }) => {
    const known = state.kept.get(data.inputToken);
    if (known !== undefined) return { kind: 'repeat', ...known };
    return accept({
      type: 'input-quarantined',
      data,
      source: { id: source, recordKey: null },
      validTime: TIMELESS,
      content: { scope, text },
    });
  },
};
