import { canonicalJson } from '../../domain/json/canonical.js';
import type { JsonValue } from '../../domain/json/json-value.js';
import type { ExposureCounts } from '../../domain/keys/incident.js';
import type { EventReader } from '../../domain/log.js';
import { EVENT_TYPES, type EventOf, type LedgerEvent, patientsOf } from '../../schemas/catalogue.js';

const PAGE = 1000;

type Reported = EventOf<'key-compromise-reported'>;

/** Somebody to whom opened content of exposed patients was given since the key may have been known. */
interface Served {
  readonly subject: string;
  readonly purpose: string;
  readonly action: string;
  /** For a feed: which. */
  readonly feed: string | null;
  accesses: number;
  readonly patients: Set<string>;
}

export interface Exposure {
  readonly counts: ExposureCounts;
  /** The report, as the digest in the log was made of it. */
  readonly canonical: string;
}

/**
 * What stands in the search index, by field. It goes into the report and its digest: another index would be another form of report, for
 * keys that were used for it.
 */
export const INDEXED_FIELDS = ['identifier', 'phone', 'family-birth-date', 'family-given'] as const;

/**
 * What a compromised key exposes, from the log alone, so that anybody who replays the log finds the same. A patient's key (or a
 * tenant's own) exposes the events with a part sealed under it. A tenant's key-encryption key, and the root above it, expose every
 * sealed event of the tenant up to the report, since every secret of before was wrapped under it or could be unwrapped with it;
 * not those of patients whose keys were destroyed before the key may have been known. An index key opens nothing: whoever has it and the
 * index can test guesses about everybody who was in the index while the key was in use, and those who searched meanwhile are named.
 */
export async function exposureOf(log: EventReader, report: Reported): Promise<Exposure> {
  const found = await exposedBy(log, report);
  const served = await servedSince(log, report, found.patients);
  const list = {
    ...(report.data.level === 'index' ? { index: { fields: INDEXED_FIELDS } } : {}),
    report: { reportId: report.data.reportId, level: report.data.level, keyId: report.data.keyId, suspectedSince: report.data.suspectedSince },
    through: found.through,
    events: found.events,
    patients: [...found.patients].sort(),
    served: served.map(({ patients, ...one }) => ({ ...one, patients: [...patients].sort() })),
  };
  const readers = new Set(served.filter(({ feed }) => feed === null).map(({ subject }) => subject)).size;
  const feeds = new Set(served.filter(({ feed }) => feed !== null).map(({ subject, feed }) => `${subject}|${feed}`)).size;
  return {
    counts: { through: found.through, events: found.events.length, patients: found.patients.size, readers, feeds },
    canonical: canonicalJson(list as unknown as JsonValue),
  };
}

interface Found {
  readonly events: string[];
  readonly patients: Set<string>;
  readonly through: string | null;
}

async function exposedBy(log: EventReader, report: Reported): Promise<Found> {
  const byPatient = new Map<string, string[]>();
  const ofNobody: string[] = [];
  const isExposed = report.data.level === 'index' ? inIndexUnder(report) : sealedUnder(report);
  let through: string | null = null;
  for await (const { event, position } of upTo(log, report)) {
    through = position;
    if (event.type === 'patient-erased' && event.data.verifiedAt < report.data.suspectedSince) byPatient.delete(event.data.patientId);
    if (!isExposed(event)) continue;
    const about = patientsOf(event);
    if (about.length === 0) ofNobody.push(event.id);
    for (const patientId of about) {
      const theirs = byPatient.get(patientId);
      if (theirs === undefined) byPatient.set(patientId, [event.id]);
      else theirs.push(event.id);
    }
  }
  return { events: [...new Set([...ofNobody, ...[...byPatient.values()].flat()])].sort(), patients: new Set(byPatient.keys()), through };
}

function sealedUnder({ data }: Reported): (event: LedgerEvent) => boolean {
  if (data.level === 'tenant' || data.level === 'root') return (event) => event.sealed.length > 0;
  return (event) => event.sealed.some(({ keyId }) => keyId === data.keyId);
}

/**
 * Whose demographics were in the index under the key: all that were said before the key was put out of use, since the index is made anew
 * with the next one before that is said, and with this one when it began. Told the events in their order. What was retracted before
 * is listed too: a copy of the index may be older.
 */
function inIndexUnder({ data }: Reported): (event: LedgerEvent) => boolean {
  let inUse = true;
  return (event) => {
    if (event.type === 'key-state-changed' && event.data.keyId === data.keyId && event.data.to === 'deactivated') inUse = false;
    return inUse && (event.type === 'patient-registered' || event.type === 'demographics-updated');
  };
}

async function servedSince(log: EventReader, report: Reported, exposed: ReadonlySet<string>): Promise<Served[]> {
  const served = new Map<string, Served>();
  for await (const { event } of upTo(log, report)) {
    if (event.type !== 'access-recorded' || event.recordedAt < report.data.suspectedSince) continue;
    const { patients, action, detail } = event.data;
    const theirs = patients.filter((patientId) => exposed.has(patientId));
    if (!(report.data.level === 'index' ? isSearch(event) : isOpening(event) && theirs.length > 0)) continue;
    const feed = action === 'read-feed' ? (detail?.feed ?? '') : null;
    const name = JSON.stringify([event.actor.subject, event.purpose, action, feed]);
    const one = served.get(name) ?? { subject: event.actor.subject, purpose: event.purpose, action, feed, accesses: 0, patients: new Set<string>() };
    one.accesses += 1;
    for (const patientId of theirs) one.patients.add(patientId);
    served.set(name, one);
  }
  return [...served].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, one]) => one);
}

const isOpening = ({ data }: EventOf<'access-recorded'>): boolean => data.outcome === 'allowed' && data.opened > 0;

/** Whether it found somebody or not: what was asked is in no list, but who asked is. A masked reading is no search. */
const isSearch = ({ data }: EventOf<'access-recorded'>): boolean => data.action === 'find-patient' && data.outcome === 'allowed' && data.detail === null;

/** The tenant's events before the report. */
async function* upTo(log: EventReader, report: Reported): AsyncGenerator<{ readonly event: LedgerEvent; readonly position: string }> {
  let after: string | null = null;
  for (;;) {
    const page = await log.readAll({ after, limit: PAGE, types: EVENT_TYPES });
    for (const recorded of page.events) {
      if (recorded.event.id === report.id) return;
      if (recorded.event.tenant === report.tenant) yield recorded;
    }
    if (page.end) return;
    after = page.through;
  }
}
