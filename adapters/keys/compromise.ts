import { createHash } from 'node:crypto';
import { type KeysCommand, keysDecider, type StateChange } from '../../domain/keys/decide.js';
import { incidentOf } from '../../domain/keys/incident.js';
import type { EventReader } from '../../domain/log.js';
import { LedgerFault } from '../../domain/rejections.js';
import { streams } from '../../domain/streams.js';
import type { EventOf, Recorded } from '../../schemas/catalogue.js';
import type { KeyLevel } from '../../schemas/phi/key-levels.js';
import { ownerOf } from './directory.js';
import { exposureOf } from './exposure.js';
import type { Duty } from './follower.js';
import { currentKek, type WrappedKek, type WrappedSecret } from './key-store.js';
import { following, LEDGER_USER } from './ledger-voice.js';
import { rewrapAll, setStates } from './rewrapping.js';
import type { RotatorDeps } from './rotator.js';

export interface CompromiseDeps extends RotatorDeps {
  readonly log: EventReader;
}

/** A key that wraps takes the key of the search index along; a secret beside it does not. */
const TAKES_INDEX_ALONG: ReadonlySet<KeyLevel> = new Set(['root', 'tenant', 'index']);

type Reported = EventOf<'key-compromise-reported'>;

/**
 * Carries out a reported compromise: the key seals nothing more, what it wrapped is wrapped under a fresh one and sealed under
 * fresh secrets from now on, and an incident says what was exposed. What was sealed before stays as it is: the log is never
 * rewritten, and whoever has both the key and the log can read it. Every step may be repeated, and none rests on what this process
 * remembers of an earlier one: what is said of the keys is read from the store when all is done.
 */
export function compromise(deps: CompromiseDeps): Duty {
  return {
    name: 'key-compromises',
    types: ['key-compromise-reported'],
    handle: async ({ event }: Recorded) => {
      if (event.type !== 'key-compromise-reported') return;
      const { level, reportId } = event.data;
      await putOutOfUse(deps, event);
      if (TAKES_INDEX_ALONG.has(level)) await deps.rebuildIndex();
      const states = await statesBy(deps, event);
      if (states.length > 0) await say(deps, event, { name: 'change-states', reportId, states });
      const exposure = await exposureOf(deps.log, event);
      const digest = createHash('sha256').update(exposure.canonical).digest('hex');
      await say(deps, event, { name: 'open-incident', data: incidentOf(event, exposure.counts, digest) });
    },
  };
}

async function say({ submit }: CompromiseDeps, event: Reported, command: KeysCommand): Promise<void> {
  const outcome = await submit(streams.keys(event.tenant), following(event, keysDecider, command));
  if (outcome.kind === 'rejected') throw new LedgerFault('internal');
}

function putOutOfUse(deps: CompromiseDeps, event: Reported): Promise<void> {
  const { level, keyId } = event.data;
  if (level === 'root') return rootOutOfUse(deps, event);
  return level === 'tenant' ? keksOutOfUse(deps, event, ({ kekId }) => kekId === keyId) : secretOutOfUse(deps, event);
}

async function secretOutOfUse({ store, keys }: CompromiseDeps, { tenant, data }: Reported): Promise<void> {
  // Levels above these have no owner.
  const owner = ownerOf(data.level, data.patientId) as string;
  const hit = (await store.secrets(tenant, owner)).find(({ keyId }) => keyId === data.keyId);
  // Erased in the meantime: nothing is left to be replaced.
  if (hit === undefined) return;
  if (hit.state !== 'compromised') await store.setState(tenant, owner, hit.generation, 'compromised');
  keys.forget(tenant, owner);
  try {
    await keys.renew({ ...LEDGER_USER, reason: 'report-key-compromise' }, tenant, owner, hit.generation);
  } catch (fault) {
    // The tenant's key is on hold. What was reported is out of use all the same, and whoever needs its successor later makes it.
    if (!(fault instanceof LedgerFault) || fault.code !== 'key-suspended') throw fault;
  }
}

/**
 * Keys of a tenant, and with them every secret of before the report: who had one of these keys and the rows that were under it has
 * the secrets, under whichever key they are wrapped by now. Each is followed by a fresh one when it is next used.
 */
async function keksOutOfUse(deps: CompromiseDeps, { tenant, recordedAt }: Reported, isExposed: (kek: WrappedKek) => boolean): Promise<void> {
  const { store, keks, keys } = deps;
  const exposed = (await store.keks(tenant)).filter(isExposed);
  for (const { kekId, state } of exposed) if (state !== 'compromised') await store.setKekState(tenant, kekId, 'compromised');
  const newest = currentKek(await store.keks(tenant));
  if (newest?.state === 'compromised') await keks.advance(tenant, newest);
  keys.forgetTenant(tenant);
  for (const { kekId } of exposed) await rewrapAll(deps, tenant, kekId, 'compromised');
  const isOld = ({ state, createdAt }: WrappedSecret) => state !== 'compromised' && (createdAt === '' || createdAt < recordedAt);
  for (const { kekId } of await store.keks(tenant)) await setStates(store, tenant, kekId, 'compromised', isOld);
  keys.forgetTenant(tenant);
}

/**
 * The root is everybody's: each tenant hears of it in its own log, with an incident of its own. Whoever had the root could unwrap
 * every key that was made before the report, wherever it is wrapped now, and those made since under the root itself. These are
 * wrapped under the new root last: while one is left to be put out of use it can be told by its root.
 */
async function rootOutOfUse(deps: CompromiseDeps, event: Reported): Promise<void> {
  const { root, store, keks } = deps;
  const { tenant, recordedAt, data } = event;
  if ((await root.currentId()) === data.keyId) await root.rotate();
  const isExposed = ({ createdAt, rootId }: WrappedKek) => createdAt === '' || createdAt < recordedAt || rootId === data.keyId;
  const withKeks = (await store.allKeks()).filter(isExposed).map((kek) => kek.tenant);
  // Secrets from before tenants had keys of their own are under the root itself.
  const tenants = new Set([...withKeks, ...(await store.tenants())]);
  for (const other of tenants) if (other !== tenant) await tell(deps, event, other);
  await rewrapAll(deps, tenant, data.keyId, 'compromised');
  await keksOutOfUse(deps, event, isExposed);
  for (const kek of await store.keks(tenant)) if (kek.rootId === data.keyId) await keks.rewrapUnderRoot(kek);
}

/** What became of the keys that the report speaks of, and what follows them, as the stores have it. */
async function statesBy({ store, root }: CompromiseDeps, { tenant, data }: Reported): Promise<StateChange[]> {
  const { level, patientId, reportId: because } = data;
  const owner = ownerOf(level, patientId);
  const line = owner === null ? (await store.keks(tenant)).map(({ kekId, ...kek }) => ({ ...kek, keyId: kekId })) : await store.secrets(tenant, owner);
  const hit = line.filter(({ state, keyId }) => state === 'compromised' && (level === 'root' || keyId === data.keyId));
  const next = hit.length === 0 ? [] : line.slice(-1).filter(({ state }) => state === 'active');
  const below = { level: level === 'root' ? ('tenant' as const) : level, patientId, because };
  const states = [...hit, ...next].map(({ keyId, generation, state }) => ({ ...below, keyId, generation, to: state }));
  if (level !== 'root') return states;
  const above = { level, patientId, because, generation: null };
  return [{ ...above, keyId: data.keyId, to: 'compromised' }, { ...above, keyId: await root.currentId(), to: 'active' }, ...states];
}

async function tell({ submit }: CompromiseDeps, event: Reported, tenant: string): Promise<void> {
  const data = { ...event.data, reportId: derivedId(event.data.reportId, tenant) };
  const job = following({ ...event, tenant }, keysDecider, { name: 'report-compromise', data, description: null });
  const outcome = await submit(streams.keys(tenant), job);
  if (outcome.kind === 'rejected' && outcome.code !== 'compromise-reported') throw new LedgerFault('internal');
}

/** The same for the same report and tenant, so that telling twice is telling once. */
function derivedId(reportId: string, tenant: string): string {
  const hex = createHash('sha256').update(`${reportId}|${tenant}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
