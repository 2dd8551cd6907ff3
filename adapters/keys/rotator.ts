import { type KeysCommand, keysDecider, type StateChange, waits } from '../../domain/keys/decide.js';
import { LedgerFault } from '../../domain/rejections.js';
import { streams } from '../../domain/streams.js';
import type { EventOf, Recorded } from '../../schemas/catalogue.js';
import { ownerOf } from './directory.js';
import type { Duty } from './follower.js';
import { currentKek, type KeyState, type KeyStore, type WrappedKek, type WrappedSecret } from './key-store.js';
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
  /** A rotation waits for its time. */
  readonly onScheduled: () => Promise<void>;
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
      if (waits(event.data)) return prepare(deps, event);
      const { rotationId, level, patientId } = event.data;
      const { toKeyId, rewrapped, states, unused } = await carriedOut(deps, event).catch(unlessSuspended);
      if (level === 'index' && toKeyId !== null) await deps.rebuildIndex();
      const said = states.map((state) => ({ ...state, level, patientId, because: rotationId }));
      const data = { rotationId, level, patientId, toKeyId, rewrapped };
      await say(deps, event, { name: 'complete-rotation', data, states: said });
      for (const { kekId } of unused) await deps.store.removeKek(event.tenant, kekId);
    },
  };
}

/**
 * Nothing is wrapped under a suspended key. Nobody can order a rotation that would need it: this is one of before, done again on a
 * restored key store. Whatever ends the suspension wraps what is left.
 */
function unlessSuspended(fault: unknown): Done {
  if (fault instanceof LedgerFault && fault.code === 'key-suspended') return NOTHING;
  throw fault;
}

async function say({ submit }: RotatorDeps, event: Ordered, command: KeysCommand): Promise<void> {
  const outcome = await submit(streams.keys(event.tenant), following(event, keysDecider, command));
  if (outcome.kind === 'rejected') throw new LedgerFault('internal');
}

/** The next key of a tenant, ahead of its time; nothing when the key that it was to follow is in use no more. */
async function prepare(deps: RotatorDeps, event: Ordered): Promise<void> {
  const { tenant, data } = event;
  const current = currentKek(await deps.store.keks(tenant));
  if (current !== undefined && current.kekId === data.fromKeyId) {
    const { kekId: keyId, generation } = await deps.keks.prepare(tenant, current);
    const state = { keyId, level: data.level, patientId: null, generation, to: 'pre-active' as const, because: data.rotationId };
    await say(deps, event, { name: 'prepare-rotation', state });
  }
  await deps.onScheduled();
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
  // There was a root when the order was given.
  const from = { keyId: data.fromKeyId as string, generation: null, to: 'deactivated' as const };
  return { toKeyId, rewrapped, states: [{ keyId: toKeyId, generation: null, to: 'active' }, from], unused: [] };
}

async function tenantRotated(deps: RotatorDeps, { tenant, data }: Ordered): Promise<Done> {
  const newest = currentKek(await deps.store.keks(tenant));
  if (newest !== undefined && newest.kekId === data.fromKeyId) await deps.keks.advance(tenant, newest);
  deps.keks.forgetCurrent(tenant);
  const toKeyId = await deps.keks.currentId(tenant);
  const former = (await deps.store.keks(tenant)).find(({ kekId }) => kekId === data.fromKeyId);
  if (former !== undefined && isInUse(former)) await deps.store.setKekState(tenant, former.kekId, 'deactivated');
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

/** A suspended key is put out of use by its rotation just as well. */
function isInUse({ state }: { readonly state: KeyState }): boolean {
  return state === 'active' || state === 'suspended';
}

/** A key that was reported as compromised meanwhile stays that, and its report says so. */
function retired({ keyId, generation, state }: Pick<WrappedSecret, 'keyId' | 'generation' | 'state'>): State[] {
  return state === 'compromised' ? [] : [{ keyId, generation, to: 'deactivated' }];
}

/** What was sealed under the former generation stays under it: events are never rewritten. */
async function secretRotated({ store, keys }: RotatorDeps, { tenant, data }: Ordered): Promise<Done> {
  // Levels above these have no owner.
  const owner = ownerOf(data.level, data.patientId) as string;
  const former = (await store.secrets(tenant, owner)).find(({ keyId }) => keyId === data.fromKeyId);
  // Erased in the meantime, or never there: nothing is to be replaced.
  if (former === undefined) return NOTHING;
  if (isInUse(former)) await store.setState(tenant, owner, former.generation, 'deactivated');
  const next = await keys.renew({ ...LEDGER_USER, reason: 'rotate-key' }, tenant, owner, former.generation);
  keys.refresh(tenant, owner);
  if (next === undefined) return NOTHING;
  const states = [{ keyId: next.keyId, generation: next.generation, to: 'active' as const }, ...retired(former)];
  return { ...NOTHING, toKeyId: next.keyId, states };
}
