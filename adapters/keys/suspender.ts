import { keysDecider } from '../../domain/keys/decide.js';
import type { EventReader } from '../../domain/log.js';
import { LedgerFault } from '../../domain/rejections.js';
import { streams } from '../../domain/streams.js';
import type { EventOf, Recorded } from '../../schemas/catalogue.js';
import { ownerOf } from './directory.js';
import type { Duty } from './follower.js';
import type { KeyState, KeyStore } from './key-store.js';
import { keysSaid } from './keys-said.js';
import { following, type Submit } from './ledger-voice.js';
import type { TenantKeks } from './tenant-keks.js';
import type { KeyVault } from './vault.js';

export interface SuspenderDeps {
  readonly log: Pick<EventReader, 'readStream'>;
  readonly store: KeyStore;
  readonly keks: Pick<TenantKeks, 'forgetCurrent'>;
  readonly keys: Pick<KeyVault, 'refresh'>;
  readonly submit: Submit;
}

type Ordered = EventOf<'key-suspension-ordered'>;

interface Found {
  readonly generation: number;
  readonly state: KeyState;
  readonly set: (state: KeyState) => Promise<void>;
}

/**
 * Carries out orders to suspend and to resume: in every process, and again on a key store that was restored, before it serves. What
 * counts is what the log says of the key now, so that a process which comes late does not suspend what was resumed since. A key that
 * has left use in the meantime stays as it is.
 */
export function suspender(deps: SuspenderDeps): Duty {
  return {
    name: 'key-suspensions',
    types: ['key-suspension-ordered'],
    handle: async ({ event }: Recorded) => {
      if (event.type !== 'key-suspension-ordered') return;
      const { orderId, level, patientId, keyId } = event.data;
      const found = await find(deps, event);
      const { state } = await keysSaid(deps.log, event.tenant);
      const wanted = state.suspended.has(keyId) ? 'suspended' : 'active';
      const isOurs = found?.state === 'active' || found?.state === 'suspended';
      if (isOurs && found.state !== wanted) await found.set(wanted);
      forget(deps, event);
      const to = found === undefined ? 'destroyed' : isOurs ? wanted : found.state;
      const said = { keyId, level, patientId, generation: found?.generation ?? null, to, because: orderId };
      const outcome = await deps.submit(streams.keys(event.tenant), following(event, keysDecider, { name: 'carry-out-suspension', state: said }));
      if (outcome.kind === 'rejected') throw new LedgerFault('internal');
    },
  };
}

/** Undefined when the key is gone: erased, or from after the backup that this key store was restored from. */
async function find({ store }: SuspenderDeps, { tenant, data }: Ordered): Promise<Found | undefined> {
  const owner = ownerOf(data.level, data.patientId);
  if (owner === null) {
    const kek = (await store.keks(tenant)).find(({ kekId }) => kekId === data.keyId);
    return kek && { ...kek, set: (state) => store.setKekState(tenant, kek.kekId, state) };
  }
  const secret = (await store.secrets(tenant, owner)).find(({ keyId }) => keyId === data.keyId);
  return secret && { ...secret, set: (state) => store.setState(tenant, owner, secret.generation, state) };
}

/** What is asked for from now on is read from the store; what was begun may end. */
function forget({ keks, keys }: SuspenderDeps, { tenant, data }: Ordered): void {
  const owner = ownerOf(data.level, data.patientId);
  if (owner === null) keks.forgetCurrent(tenant);
  else keys.refresh(tenant, owner);
}
