import { keysDecider, type StateChange } from '../../domain/keys/decide.js';
import { LedgerFault } from '../../domain/rejections.js';
import { streams } from '../../domain/streams.js';
import type { EventOf, Recorded } from '../../schemas/catalogue.js';
import { ownerOf } from './directory.js';
import type { Duty } from './follower.js';
import type { KeyStore, WrappedKek, WrappedSecret } from './key-store.js';
import { following, LEDGER_USER, type Submit } from './ledger-voice.js';
import { rewrapAll } from './rewrapping.js';
import type { RootKeys } from './root.js';
import type { TenantKeks } from './tenant-keks.js';
import type { KeyVault } from './vault.js';

export interface RotatorDeps {
  readonly store: KeyStore;
  readonly root: RootKeys;
  readonly keks: TenantKeks;
  readonly keys: KeyVault;
  readonly submit: Submit;
  /** Makes the search index anew, under the newest generation of its key; meanwhile both generations are searched. */
  readonly rebuildIndex: () => Promise<void>;
}

type Ordered = EventOf<'key-rotation-ordered'>;
type State = Omit<StateChange, 'level' | 'patientId' | 'because'>;

interface Done {
  readonly toKeyId: string | null;
  readonly rewrapped: number;
  readonly states: readonly State[];
  /** Keys that go when that has been said: a crash between the two finds them again, and says it once. */
  readonly unused: readonly WrappedKek[];
}

const NOTHING: Done = { toKeyId: null, rewrapped: 0, states: [], unused: [] };

/**
 * Carries out ordered rotations while everything goes on: the next generation is there before the first row is wrapped under it,
 * and the former one until the last row has left it, so no read ever fails. Whoever begins again after a kill finds what is left.
 */
export function rotator(deps: RotatorDeps): Duty {
  return {
    name: 'key-rotations',
    types: ['key-rotation-ordered'],
    handle: async ({ event }: Recorded) => {
      if (event.type !== 'key-rotation-ordered') return;
      const { rotationId, level, patientId } = event.data;
      const { toKeyId, rewrapped, states, unused } = await carriedOut(deps, event);
      if (level === 'index' && toKeyId !== null) await deps.rebuildIndex();
      const said = states.map((state) => ({ ...state, level, patientId, because: rotationId }));
      const data = { rotationId, level, patientId, toKeyId, rewrapped };
      const outcome = await deps.submit(streams.keys(event.tenant), following(event, keysDecider, { name: 'complete-rotation', data, states: said }));
      if (outcome.kind === 'rejected') throw new LedgerFault('internal');
      for (const { kekId } of unused) await deps.store.removeKek(event.tenant, kekId);
    },
  };
}

function carriedOut(deps: RotatorDeps, event: Ordered): Promise<Done> {
  if (event.data.kind === 'reseal') return resealed(deps, event.tenant);
  if (event.data.level === 'root') return rootRotated(deps, event);
  return event.data.level === 'tenant' ? tenantRotated(deps, event) : secretRotated(deps, event);
}

/** One root for all tenants: their keys are wrapped anew, few as they are. The former root key stays, for backups of the key store. */
async function rootRotated({ root, keks, store }: RotatorDeps, { data }: Ordered): Promise<Done> {
  const toKeyId = (await root.currentId()) === data.fromKeyId ? await root.rotate() : await root.currentId();
  let rewrapped = 0;
  for (const kek of await store.allKeks()) if (kek.rootId !== toKeyId && (await keks.rewrapUnderRoot(kek))) rewrapped += 1;
  const from = data.fromKeyId === null ? [] : [{ keyId: data.fromKeyId, generation: null, to: 'deactivated' as const }];
  return { toKeyId, rewrapped, states: [{ keyId: toKeyId, generation: null, to: 'active' }, ...from], unused: [] };
}

async function tenantRotated(deps: RotatorDeps, { tenant, data }: Ordered): Promise<Done> {
  const newest = (await deps.store.keks(tenant)).at(-1);
  if (newest !== undefined && newest.kekId === data.fromKeyId) await deps.keks.advance(tenant, newest);
  deps.keks.forgetCurrent(tenant);
  const toKeyId = await deps.keks.currentId(tenant);
  const former = (await deps.store.keks(tenant)).find(({ kekId }) => kekId === data.fromKeyId);
  if (former?.state === 'active') await deps.store.setKekState(tenant, former.kekId, 'deactivated');
  const rewrapped = await underCurrent(deps, tenant, toKeyId);
  const unused = await unusedBefore(deps, tenant, former);
  const destroyed = unused.map(({ kekId, generation }) => ({ keyId: kekId, generation, to: 'destroyed' as const }));
  const active = { keyId: toKeyId, generation: (former?.generation ?? 0) + 1, to: 'active' as const };
  const from = former === undefined ? [] : retired({ ...former, keyId: former.kekId });
  return { toKeyId, rewrapped, states: [active, ...from, ...destroyed], unused };
}

async function resealed(deps: RotatorDeps, tenant: string): Promise<Done> {
  const toKeyId = await deps.keks.currentId(tenant);
  return { toKeyId, rewrapped: await underCurrent(deps, tenant, toKeyId), states: [], unused: [] };
}

/** Every secret that is under another key, whichever: a rotation that was cut short before left some. */
async function underCurrent(deps: RotatorDeps, tenant: string, currentId: string): Promise<number> {
  let rewrapped = 0;
  const others = new Set((await deps.store.countSecrets(tenant)).map(({ kekId }) => kekId).filter((kekId) => kekId !== currentId));
  for (const kekId of others) rewrapped += await rewrapAll(deps, tenant, kekId, null);
  return rewrapped;
}

/**
 * Keys before the former one go. The former stays until the next rotation: another process may have it in hand for a moment,
 * and a secret wrapped under a key that is gone would be lost.
 */
async function unusedBefore({ store }: RotatorDeps, tenant: string, former: WrappedKek | undefined): Promise<readonly WrappedKek[]> {
  const old = (await store.keks(tenant)).filter(({ generation }) => generation < (former?.generation ?? 0));
  const used = new Set((await store.countSecrets(tenant)).map(({ kekId }) => kekId));
  return old.filter(({ kekId }) => !used.has(kekId));
}

/** A key that was reported as compromised meanwhile stays that, and its report says so. */
function retired({ keyId, generation, state }: Pick<WrappedSecret, 'keyId' | 'generation' | 'state'>): State[] {
  return state === 'compromised' ? [] : [{ keyId, generation, to: 'deactivated' }];
}

/** What was sealed under the former generation stays under it: events are never rewritten. */
async function secretRotated({ store, keys }: RotatorDeps, { tenant, data }: Ordered): Promise<Done> {
  const owner = ownerOf(data.level, data.patientId);
  const known = owner === null ? [] : await store.secrets(tenant, owner);
  const former = known.find(({ keyId }) => keyId === data.fromKeyId);
  // Erased in the meantime, or never there: nothing is to be replaced.
  if (owner === null || former === undefined) return NOTHING;
  if (former.state === 'active') await store.setState(tenant, owner, former.generation, 'deactivated');
  const next = await keys.renew({ ...LEDGER_USER, reason: 'rotate-key' }, tenant, owner, former.generation);
  keys.refresh(tenant, owner);
  if (next === undefined) return NOTHING;
  const states = [{ keyId: next.keyId, generation: next.generation, to: 'active' as const }, ...retired(former)];
  return { ...NOTHING, toKeyId: next.keyId, states };
}
