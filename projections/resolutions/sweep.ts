import type { LedgerEvent, Recorded } from '../../schemas/catalogue.js';
import type { Fact } from '../../schemas/read-models/fact.js';
import type { Row } from '../ports.js';
import type { Changes, RowView, Stride, Sweep } from '../projection.js';
import { takenBackIndex } from '../record.js';
import { authorityIn, authorityKey, isDesignating, patientAuthorityKey, putAuthority, reachedBy, settledAt } from './authority.js';
import { FeedItems, type Phase } from './feed-items.js';
import { besides, patientWalk, tenantWalk } from './found-by.js';
import type { KeptFeed, Moment, ResolvedFact } from './rows.js';
import { type Occasion, settled } from './settle.js';

const KEY = '~sweep';

/** What is walked, why, and how far it has come. */
interface SweepRow {
  readonly tenant: string;
  readonly phase: Phase;
  readonly moment: Moment;
  readonly because: string;
  readonly at: string;
  readonly values: readonly string[];
  readonly after: string | null;
  /** Feed items made so far. */
  readonly items: Readonly<Record<KeptFeed, number>>;
}

/**
 * A designation that begins, ends or is withdrawn can change the value of any fact on which two sources have a say: these are
 * settled anew in strides, after the event itself or, where its time comes later, before the first event that was recorded
 * at or after that time.
 */
export const designationSweep: Sweep = {
  key: KEY,
  before: (recorded, rows) => sweepReached(recorded, rows),
  walk: ({ value }) => value as SweepRow,
  needs: ({ value }, { rows }) => ({ keys: keysFor((value as SweepRow).tenant, rows), index: rows.flatMap(indexFor) }),
  apply: swept,
};

function sweepReached({ event, position }: Recorded, rows: RowView): Changes | null {
  const { tenant } = event;
  const at = settledAt(rows, event);
  const reached = reachedBy(authorityIn(rows, tenant), at);
  const last = reached.at(-1);
  if (last === undefined) return null;
  const tenantWide = reached.some(({ patientId }) => patientId === null);
  const patients = new Set(reached.map(({ patientId }) => patientId).filter((patientId) => patientId !== null));
  const values = tenantWide ? tenantWalk(tenant) : [...patients].map((patientId) => patientWalk(tenant, patientId));
  return begun({ tenant, phase: 'reached', moment: momentOf(event, position), because: last.designation, at, values });
}

/** Puts the sweep that a designation calls for; nothing, when its time has not come. */
export function sweepAfter({ event, position }: Recorded, rows: RowView): Changes['put'] {
  if (!isDesignating(event)) return [];
  const at = settledAt(rows, event);
  const { scope, effectiveFrom } = event.data;
  if (effectiveFrom > at) return [];
  const values = scope.patientId === null ? tenantWalk(event.tenant) : [patientWalk(event.tenant, scope.patientId)];
  return begun({ tenant: event.tenant, phase: 'swept', moment: momentOf(event, position), because: event.id, at, values }).put;
}

function begun(sweep: Omit<SweepRow, 'after' | 'items'>): Changes {
  const value: SweepRow = { ...sweep, after: null, items: { 'record-changes': 0, conflicts: 0 } };
  return { put: [{ key: KEY, value, index: [] }], remove: [] };
}

export function momentOf({ id, recordedAt }: LedgerEvent, position: string): Moment {
  return { eventId: id, position, recordedAt };
}

function keysFor(tenant: string, found: readonly Row[]): string[] {
  const patients = new Set(found.flatMap(({ value }) => (value as Fact).members));
  return [authorityKey(tenant), ...[...patients].map((patientId) => patientAuthorityKey(tenant, patientId))];
}

function indexFor({ value }: Row): string[] {
  const fact = value as Fact;
  return [...besides(fact), takenBackIndex(fact.tenant, fact.patientId)];
}

function swept({ value }: Row, stride: Stride, rows: RowView): Changes {
  const sweep = value as SweepRow;
  const { tenant, moment, because, at, phase } = sweep;
  const feed = new FeedItems(tenant, moment, phase, { ...sweep.items });
  const occasion: Occasion = { tenant, why: 'designated', moment, because, at };
  const facts = new Map(stride.rows.map((row) => [row.key, row.value as Fact]));
  const { put, remove } = settled(occasion, { before: facts, after: [...facts.values()], aside: new Map() }, rows, feed);
  // No event touched these facts: they keep the position of the last that did. Entries take that of the designation, so that
  // an event before which this was swept is not taken for one that has been applied.
  const walked = new Map(stride.rows.map((row) => [row.key, row]));
  const designated = rows.get(authorityKey(tenant))?.position ?? moment.position;
  const kept = put
    .filter((row) => !isAsBefore(row.value, (walked.get(row.key) ?? rows.get(row.key))?.value))
    .map((row) => ({ ...row, position: walked.get(row.key)?.position ?? designated }));
  const goOn = progress({ ...sweep, values: sweep.values.slice(stride.ended), after: stride.after, items: feed.counted }, rows);
  return { put: [...kept, ...feed.rows, ...goOn.put], remove: [...remove, ...goOn.remove] };
}

/** Of a fact only what it was settled to can have changed; of an entry anything. What stays as it was is not written again. */
function isAsBefore(value: unknown, before: unknown): boolean {
  const told = (row: unknown) => JSON.stringify((row as Partial<ResolvedFact> | undefined)?.outcome ?? row);
  return before !== undefined && told(value) === told(before);
}

/** Where nothing is left to walk, the instant counts as taken into account. */
function progress(sweep: SweepRow, rows: RowView): Changes {
  if (sweep.values.length > 0) return { put: [{ key: KEY, value: sweep, index: [] }], remove: [] };
  const { tenant, at } = sweep;
  const authority = authorityIn(rows, tenant);
  const position = rows.get(authorityKey(tenant))?.position;
  const { put } = putAuthority(tenant, { ...authority, at, ahead: authority.ahead.filter((one) => one.at > at) });
  return { put: put.map((row) => ({ ...row, ...(position === undefined ? {} : { position }) })), remove: [KEY] };
}
