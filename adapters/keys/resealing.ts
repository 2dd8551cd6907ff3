import type { EventReader } from '../../domain/log.js';
import { openWith, unreadableCode } from '../../domain/record/unreadable.js';
import type { KeyRing, Vault } from '../../domain/rings.js';
import { amendmentsProjection } from '../../projections/amendments.js';
import { changesProjection } from '../../projections/changes.js';
import { directoryProjection } from '../../projections/directory.js';
import type { ReadModels } from '../../projections/ports.js';
import { recordProjection } from '../../projections/record.js';
import { type EventOf, type LedgerEvent, patientsOf, type Recorded } from '../../schemas/catalogue.js';
import type { SealedPart } from '../../schemas/event.js';
import { ownerOf } from './directory.js';
import type { Duty } from './follower.js';
import { inTurns } from './in-turns.js';
import { type KeyStore, TENANT_OWNER } from './key-store.js';
import { keysSaid } from './keys-said.js';
import { LEDGER_USER } from './ledger-voice.js';
import { type ResealedCounts, type ResealedEvent, type ResealedParts, resealedCounts } from './resealed-parts.js';
import type { KeyVault } from './vault.js';

/** Read models that keep sealed parts of events, and the events whose parts they keep. */
const KEEPERS = [recordProjection, changesProjection, amendmentsProjection, directoryProjection];
const TYPES = [...new Set(KEEPERS.flatMap(({ events }) => events))];
const PAGE = 100;
/** Commands get their turn between so many: each is opened and sealed. */
const AT_ONCE = 4;

export interface ResealingDeps {
  readonly log: EventReader;
  readonly store: KeyStore;
  readonly keys: KeyVault;
  readonly models: ReadModels;
  readonly resealed: ResealedParts;
  /** Builds a read model anew beside the running one, and switches. */
  readonly rebuild: (model: string) => Promise<void>;
  /** The process ends: what is left is for the next one. */
  readonly stopping: AbortSignal;
}

type Reported = EventOf<'key-compromise-reported'>;

/** Ids of an owner's keys that are compromised; null for whom the report does not concern. */
type Hit = (owner: string) => Promise<ReadonlySet<string> | null>;

/**
 * After a compromise, read models keep nothing that the key opens: what they take from the log is opened, sealed under the newest
 * generation for the place that it came from, and put beside them; then they are built anew with it, and reads go on meanwhile. The
 * log stays as it is. It waits for the incident, which is opened when every key concerned is out of use.
 */
export function resealing(deps: ResealingDeps): Duty {
  const ended = endOf(deps.stopping);
  return {
    name: 'read-models-resealed',
    types: ['incident-opened', 'erasure-ordered'],
    handle: async ({ event }: Recorded) => {
      if (event.type === 'erasure-ordered') await deps.resealed.forget(event.tenant, event.data.patientId);
      if (event.type !== 'incident-opened') return;
      const { tenant, data } = event;
      const report = (await keysSaid(deps.log, tenant)).reports.get(data.reportId) as Reported;
      if ((await resealedCounts(deps.models, tenant, data.reportId)) !== null) return;
      await deps.resealed.held(async () => {
        const counts = await resealedOf(deps, report);
        if (counts.parts > 0) for (const { name } of KEEPERS) await builtAnew(deps, ended, name);
        await deps.resealed.done(tenant, data.reportId, counts);
      });
    },
  };
}

/** What is being built now may have begun before: its rows would be those of before. A process that ends waits for no build. */
async function builtAnew({ models, rebuild, stopping }: ResealingDeps, ended: Promise<never>, model: string): Promise<void> {
  const { building } = await models.generations(model);
  stopping.throwIfAborted();
  if (building !== null) await Promise.race([rebuild(model), ended]);
  await Promise.race([rebuild(model), ended]);
}

/** Rejects when the signal is given. */
function endOf(signal: AbortSignal): Promise<never> {
  const ended = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
  // Mostly nobody waits for it.
  ended.catch(() => undefined);
  return ended;
}

/** Looks through the whole log: another process may have sealed under the key for a moment after it was reported. */
async function resealedOf(deps: ResealingDeps, report: Reported): Promise<ResealedCounts> {
  const vault = deps.keys.usedBy({ ...LEDGER_USER, reason: 'report-key-compromise' });
  const sum = { parts: 0, unreadable: 0 };
  // An index key seals nothing.
  if (report.data.level === 'index') return sum;
  const head = (await deps.log.head()) as string;
  for (let after: string | null = null, end = false; !end; ) {
    deps.stopping.throwIfAborted();
    const page = await deps.log.readAll({ after, limit: PAGE, types: TYPES });
    const events = page.events.map(({ event }) => event).filter((event) => event.tenant === report.tenant && event.sealed.length > 0);
    const known = await deps.resealed.of(events);
    const hit = hitBy(deps.store, report);
    const made = await inTurns([...events.entries()], AT_ONCE, ([nth, event]) => resealedEvent(vault, hit, event, known[nth] ?? event.sealed, sum));
    const changed = made.filter((one) => one !== null);
    if (changed.length > 0) await deps.resealed.put(changed);
    ({ through: after, end } = page);
  }
  await deps.resealed.lookedThrough(head);
  return sum;
}

/** Each owner's keys are looked up once a page. */
function hitBy(store: KeyStore, { tenant, data }: Reported): Hit {
  const only = ownerOf(data.level, data.patientId);
  const known = new Map<string, Promise<ReadonlySet<string>>>();
  const compromised = async (owner: string) =>
    new Set((await store.secrets(tenant, owner)).filter(({ state }) => state === 'compromised').map(({ keyId }) => keyId));
  return async (owner) => {
    if (only !== null && only !== owner) return null;
    const found = known.get(owner) ?? compromised(owner);
    known.set(owner, found);
    return found;
  };
}

/** Null where the event has no part under a compromised key. What is sealed anew already, before a kill, is counted again. */
async function resealedEvent(
  vault: Vault,
  hit: Hit,
  event: LedgerEvent,
  current: readonly SealedPart[],
  sum: { parts: number; unreadable: number },
): Promise<ResealedEvent | null> {
  const sealed = [...current];
  const owners = new Set<string>();
  let changed = false;
  for (const owner of [TENANT_OWNER, ...patientsOf(event)]) {
    const keyIds = await hit(owner);
    for (const [nth, part] of current.entries()) {
      if (keyIds === null || !keyIds.has((event.sealed[nth] as SealedPart).keyId)) continue;
      owners.add(owner);
      const fresh = keyIds.has(part.keyId) ? await resealedPart(vault, owner, event, part) : part;
      if (fresh === null) sum.unreadable += 1;
      else sum.parts += 1;
      sealed[nth] = fresh ?? part;
      changed ||= sealed[nth] !== part;
    }
  }
  return changed ? { event, sealed, owners: [...owners] } : null;
}

/** Null for what nobody can open: damaged, or of a patient who was erased. */
async function resealedPart(vault: Vault, owner: string, event: LedgerEvent, part: SealedPart): Promise<SealedPart | null> {
  const { tenant, stream, id: eventId } = event;
  const place = { stream, eventId, name: part.name, scope: part.scope };
  const anew = async (ring: KeyRing) => ring.seal(place, await ring.open(part, place));
  try {
    const resealed = await openWith((read) => (owner === TENANT_OWNER ? vault.tenantRing(tenant, read) : vault.patientRing(tenant, owner, read)), anew);
    return resealed ?? null;
  } catch (fault) {
    if (unreadableCode(fault) === undefined) throw fault;
    return null;
  }
}
