import { RECORD_EVENTS, recordsOf } from '../domain/record/assertions.js';
import type { EventType, LedgerEvent, Recorded } from '../schemas/catalogue.js';
import type { BlindStatement, TranslatedStatement } from '../schemas/events/statement.js';
import type { Fact } from '../schemas/read-models/fact.js';
import { isForgetting } from './erased.js';
import { groupIn, groupKey, groupsIn, isErased, isGrouping } from './groups.js';
import type { Row } from './ports.js';
import { type Changes, type Needs, NO_CHANGES, type Projection, type RowView } from './projection.js';
import { claimIndex, factNeeds, refiledIndex, regrouped, takenBackIndex, tokenIndex, touchedBy } from './record.js';
import { authorityKey, isDesignating, patientAuthorityKey, settledAt, withDesignation, withSource } from './resolutions/authority.js';
import { FeedItems } from './resolutions/feed-items.js';
import { forget, forgettingAlso, forgettingNeeds } from './resolutions/forget.js';
import { besides, besideTakenBack, takenBackNames } from './resolutions/found-by.js';
import { notifiedIndex, notifiedKeys, showsConflicts, withReader } from './resolutions/notified.js';
import { contradictingIndex, patientConflictIndex, RESOLUTIONS } from './resolutions/rows.js';
import { type Occasion, settled } from './resolutions/settle.js';
import { designationSweep, momentOf, sweepAfter } from './resolutions/sweep.js';

/**
 * What each fact was last settled to, and since when sources disagree: the work list of conflicts, and the feeds of what
 * changed in the record and why. The `record` model decides when it is read and needs none of this; here the same rules are
 * applied event by event, so that a change is noticed when it happens. Its rows hold no content, sealed or not.
 */
export const resolutionsProjection: Projection = {
  name: RESOLUTIONS,
  version: 2,
  lingerMs: 100,
  events: [
    ...RECORD_EVENTS,
    'patients-merged',
    'patients-unmerged',
    'source-registered',
    'system-of-record-designated',
    'designation-withdrawn',
    'access-recorded',
    'erasure-ordered',
  ],
  needs,
  also,
  sweep: designationSweep,
  apply,
};

function needs(event: LedgerEvent): Needs {
  const { tenant } = event;
  const keys = [authorityKey(tenant)];
  if (showsConflicts(event)) return { keys: [...keys, ...notifiedKeys(event)], index: notifiedIndex(event, null) };
  if (isDesignating(event)) return { keys: [...keys, ...patientKeys(event)], index: [] };
  if (isForgetting(event)) return forgettingNeeds(event);
  const patients = patientsOf(event);
  if (patients.length === 0) return { keys, index: [] };
  const facts = factNeeds(event);
  const patientIndex = patients.flatMap((patientId) => [
    takenBackIndex(tenant, patientId),
    ...(isGrouping(event) ? [patientConflictIndex(tenant, patientId)] : []),
  ]);
  return {
    keys: [...keys, ...facts.keys, ...patients.map((patientId) => patientAuthorityKey(tenant, patientId))],
    index: [...facts.index, ...patientIndex, ...claimsBroughtBy(event)],
    prefixes: facts.prefixes ?? [],
  };
}

function patientKeys({ tenant, data: { scope } }: LedgerEvent & { readonly data: { readonly scope: { readonly patientId: string | null } } }): string[] {
  return scope.patientId === null ? [] : [patientAuthorityKey(tenant, scope.patientId), groupKey(tenant, scope.patientId)];
}

/** Patients whose facts an event regroups. */
function patientsOf(event: LedgerEvent): readonly string[] {
  if (isGrouping(event)) return groupsIn(event).flatMap(({ members }) => members);
  return [...new Set(recordsOf(event).map(({ patientId }) => patientId))];
}

/** Where those stand that dispute what the event says. */
function claimsBroughtBy({ tenant, data }: LedgerEvent): string[] {
  const statements: readonly (BlindStatement | TranslatedStatement)[] = 'statements' in data ? data.statements : [];
  return statements.flatMap(({ asserts, contradicts }) => [
    ...asserts.map((token) => contradictingIndex(tenant, token)),
    ...contradicts.map((token) => claimIndex(tenant, token)),
  ]);
}

/** What can only be named once the touched facts are known: their conflicts and disputes, and the rest of a merged patient. */
function also(event: LedgerEvent, rows: RowView): Needs {
  const { tenant } = event;
  if (showsConflicts(event)) return { keys: [], index: notifiedIndex(event, rows) };
  if (isForgetting(event)) return forgettingAlso(event, rows);
  const patients = patientsOf(event);
  if (isGrouping(event) || patients.length === 0) return { keys: [], index: [] };
  const members = patients.flatMap((patientId) => groupIn(rows, tenant, patientId).members);
  const touched = touchedBy(event, rows).map(factOf);
  // A record that is taken back, or no longer is, concerns all facts that share a name with it.
  const names = [...touched.flatMap(takenBackNames), ...namesTakenBackBy(event)].map((token) => tokenIndex(tenant, token));
  const beside = names.flatMap((name) => rows.byIndex(name)).map(factOf);
  return {
    keys: members.flatMap((patientId) => [groupKey(tenant, patientId), patientAuthorityKey(tenant, patientId)]),
    index: [
      ...members.map((patientId) => takenBackIndex(tenant, patientId)),
      ...refiledIndex(event, rows),
      ...names,
      ...[...touched, ...beside].flatMap(besides),
    ],
  };
}

function factOf({ value }: Row): Fact {
  return value as Fact;
}

/** Of names that are translated nobody says here whether the record stands. */
function namesTakenBackBy({ data }: LedgerEvent): readonly string[] {
  if (!('statements' in data)) return [];
  return data.statements.flatMap((statement) => ('standing' in statement && statement.standing !== 'entered-in-error' ? [] : statement.identity));
}

function apply(recorded: Recorded, rows: RowView): Changes {
  const { event } = recorded;
  if (event.type === 'source-registered') return withSource(recorded, rows);
  if (isForgetting(event)) return forget({ ...recorded, event }, rows);
  if (isDesignating(event)) {
    const { patientId } = event.data.scope;
    if (patientId !== null && isErased(rows, event.tenant, patientId)) return NO_CHANGES;
    const { put } = withDesignation({ ...recorded, event }, rows);
    return { put: [...put, ...sweepAfter(recorded, rows)], remove: [] };
  }
  if (event.type === 'access-recorded') return showsConflicts(event) ? withReader({ ...recorded, event }, rows) : NO_CHANGES;
  return applyToFacts(recorded, rows);
}

function applyToFacts(recorded: Recorded, rows: RowView): Changes {
  const { event, position } = recorded;
  const { before, after, groups } = regrouped(recorded, rows);
  if (before.size === 0 && after.length === 0) return { put: groups, remove: [] };
  const moment = momentOf(event, position);
  const occasion: Occasion = { tenant: event.tenant, why: WHY[event.type] ?? 'recorded', moment, because: event.id, at: settledAt(rows, event) };
  const feed = new FeedItems(event.tenant, moment, 'own');
  const aside = besideTakenBack([...before.values(), ...after], rows);
  for (const key of before.keys()) aside.delete(key);
  const { put, remove } = settled(occasion, { before, after, aside }, rows, feed);
  return { put: [...put, ...groups, ...feed.rows], remove };
}

const WHY: Readonly<Partial<Record<EventType, Occasion['why']>>> = {
  'patient-registered': 'recorded',
  'demographics-updated': 'recorded',
  'fact-recorded': 'recorded',
  'fact-corrected': 'corrected',
  'fact-retracted': 'retracted',
  'conflict-settled': 'settled',
  'conflict-reopened': 'reopened',
  'patients-merged': 'merged',
  'statements-translated': 'merged',
  'patients-unmerged': 'unmerged',
};
