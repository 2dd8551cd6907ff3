import type { Recorded } from '../../schemas/catalogue.js';
import type { Duty } from './follower.js';
import type { KeyStore } from './key-store.js';
import type { KeyVault } from './vault.js';

export interface EraserDeps {
  readonly store: KeyStore;
  readonly keys: Pick<KeyVault, 'forget'>;
  /** The keys of an order are gone: what is left of it can be looked for. */
  readonly onErased: () => void;
}

/**
 * Destroys the keys of whoever is ordered to be erased: in this process first, so that nobody goes on with what they hold, then
 * in the store, for ever. Every process does it, and does it again from a key store that was restored: a second time nothing
 * is left to do.
 */
export function eraser({ store, keys, onErased }: EraserDeps): Duty {
  return {
    name: 'erasures',
    types: ['erasure-ordered'],
    handle: async ({ event }: Recorded) => {
      if (event.type !== 'erasure-ordered') return;
      const { tenant, data } = event;
      keys.forget(tenant, data.patientId);
      await store.erase(tenant, data.patientId);
      // What was being read from the store meanwhile may just have come in.
      keys.forget(tenant, data.patientId);
      onErased();
    },
  };
}
