import type { EventOf, Recorded } from '../../schemas/catalogue.js';
import { inputsOf } from './erasure-evidence.js';
import type { Duty } from './follower.js';
import { inTurns } from './in-turns.js';
import { inputOwner, type KeyStore } from './key-store.js';
import type { KeyVault } from './vault.js';

export interface EraserDeps {
  readonly store: KeyStore;
  readonly keys: Pick<KeyVault, 'forget'>;
  /** The keys of an order are gone: what is left of it can be looked for. */
  readonly onErased: () => void;
}

/** The embedded store makes one transaction of what comes at once, and in others few are in each other's way. */
const AT_ONCE = 50;

/**
 * Destroys the keys of whoever is ordered to be erased, and of the refused lines about them: in this process first, so that nobody
 * goes on with what they hold, then in the store, for ever. Every process does it, and does it again from a key store that was
 * restored: a second time nothing is left to do.
 */
export function eraser({ store, keys, onErased }: EraserDeps): Duty {
  return {
    name: 'erasures',
    types: ['erasure-ordered'],
    handle: async (recorded: Recorded) => {
      const { tenant, data } = (recorded as Recorded<EventOf<'erasure-ordered'>>).event;
      keys.forget(tenant, data.patientId);
      await store.erase(tenant, data.patientId);
      // What was being read from the store meanwhile may just have come in.
      keys.forget(tenant, data.patientId);
      await inTurns(inputsOf(data), AT_ONCE, (input) => store.erase(tenant, inputOwner(input)));
      onErased();
    },
  };
}
