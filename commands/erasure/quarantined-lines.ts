import { type Demographics, isAbout, type Marks, marksOf, namesSomebody } from '../../domain/erasure/marks.js';
import type { FhirResource } from '../../domain/identity/resource.js';
import { openWhole } from '../../domain/record/content.js';
import { damageBehind, unreadableCode } from '../../domain/record/unreadable.js';
import type { KeyRing } from '../../domain/rings.js';
import { streams } from '../../domain/streams.js';
import type { EventOf, LedgerEvent, Recorded } from '../../schemas/catalogue.js';
import type { SealedPart, SourceOfEvent } from '../../schemas/event.js';
import { INPUTS_AT_MOST, type QuarantineFound } from '../../schemas/events/erasure-ordered.js';
import type { CommandDeps } from '../deps.js';

type Deps = Pick<CommandDeps, 'store' | 'vault' | 'clock' | 'quarantineDays'>;
type Quarantined = EventOf<'input-quarantined'>;

/** Others get their turn between so many: opening a line takes some 0.3 ms. */
const LINES_AT_ONCE = 50;
const PAGE = 500;
const DAY_MS = 86_400_000;
const WHO_THEY_ARE = ['patient-registered', 'demographics-updated'] as const;

/**
 * Looks through the refused lines that are kept for those about a patient who is to be erased. Afterwards nobody could tell any more:
 * what the patient was called goes with the keys. No index of the lines is kept, since it would be one more copy of what is in them:
 * they are few, and there for a while, so each is opened.
 */
export async function linesAbout(deps: Deps, tenant: string, patientId: string, ring: KeyRing): Promise<QuarantineFound> {
  const marks = marksOf(patientId, await demographicsOf(deps, tenant, patientId, ring));
  const since = new Date(Date.parse(deps.clock.now()) - deps.quarantineDays * DAY_MS).toISOString();
  const found = { inputs: [] as string[], unattributed: 0, unattributedUntil: null as string | null, underTenantKeys: 0 };
  for await (const page of quarantined(deps, tenant)) {
    found.underTenantKeys += page.filter(({ data }) => data.sealedUnder === 'tenant').length;
    const kept = page.filter(({ data, recordedAt }) => data.sealedUnder === 'input' && recordedAt > since);
    for (const [nth, whose] of (await Promise.all(kept.map((event) => whoseIs(deps, event, marks)))).entries()) {
      const { data, recordedAt } = kept[nth] as Quarantined;
      if (whose === 'theirs' && found.inputs.length < INPUTS_AT_MOST) found.inputs.push(data.inputToken);
      else if (whose === 'theirs' || whose === 'unattributed') {
        found.unattributed += 1;
        found.unattributedUntil = new Date(Date.parse(recordedAt) + deps.quarantineDays * DAY_MS).toISOString();
      }
    }
  }
  return found;
}

async function whoseIs({ vault }: Deps, event: Quarantined, marks: Marks): Promise<'theirs' | 'unattributed' | 'others' | undefined> {
  const { tenant, stream, id: eventId, data, source, sealed } = event;
  try {
    return await vault.withInput(tenant, data.inputToken, async (ring) => {
      const text = await ring.open(sealed[0] as SealedPart, { stream, eventId });
      if (isAbout({ source: (source as SourceOfEvent).id, text }, marks)) return 'theirs';
      return namesSomebody(text) ? 'others' : 'unattributed';
    });
  } catch (fault) {
    // Nobody is kept from being erased by a line that is damaged.
    await damageBehind(fault, () => vault.tenantRing(tenant, 'anew'));
    return 'unattributed';
  }
}

async function* quarantined({ store }: Deps, tenant: string): AsyncGenerator<Quarantined[]> {
  for (let after: string | null = null; ; ) {
    const page = await store.readAll({ after, limit: LINES_AT_ONCE, types: ['input-quarantined'] });
    await new Promise((resolve) => setImmediate(resolve));
    yield (page.events as Recorded<Quarantined>[]).map(({ event }) => event).filter((event) => event.tenant === tenant);
    if (page.end) return;
    after = page.through;
  }
}

/** All that was ever said of who the patient is, in each version. */
async function demographicsOf({ store }: Deps, tenant: string, patientId: string, ring: KeyRing): Promise<Demographics[]> {
  const said: Demographics[] = [];
  const read = (from: number) => store.readStream(streams.patient(tenant, patientId), { from, limit: PAGE, types: WHO_THEY_ARE });
  for (let page = await read(0); page.length > 0; page = await read((page.at(-1) as Recorded).revision + 1)) {
    for (const { event } of page) said.push(...(await saidIn(event, ring)));
  }
  return said;
}

/** Nothing, of an event that is damaged: what others say of the patient tells as well. */
async function saidIn({ stream, id: eventId, sealed, source }: LedgerEvent, ring: KeyRing): Promise<Demographics[]> {
  try {
    const { sourceRecordId, resource } = await openWhole(ring, sealed, { stream, eventId });
    return [{ source: (source as SourceOfEvent).id, sourceRecordId, patient: JSON.parse(resource) as FhirResource }];
  } catch (fault) {
    if (unreadableCode(fault) === undefined) throw fault;
    return [];
  }
}
