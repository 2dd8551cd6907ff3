import type { Blinded } from '../domain/matching/blinded.js';
import { type Comparison, compare } from '../domain/matching/compare.js';
import { sharesIdentifier } from '../domain/matching/judge.js';
import { MATCHING_POLICY } from '../domain/matching/policy.js';
import { isPossible } from '../domain/matching/score.js';
import type { EventType, LedgerEvent, Recorded } from '../schemas/catalogue.js';
import { applyLinked, applyRegrouped, applyUnlinked, isErased } from './candidates-decided.js';
import { type Demographic, isDemographic, lineageAfter } from './candidates-lineage.js';
import { changedPair, freshPair } from './candidates-pairs.js';
import {
  blockIndex,
  type CandidateRow,
  type Evidence,
  lineagesOf,
  type MemberRow,
  memberKey,
  type PopulationRow,
  pairsOf,
  populationKey,
  saidBy,
  type VersionRow,
  versionKey,
  versionsOf,
} from './candidates-rows.js';
import { type Forgetting, isForgetting } from './erased.js';
import { groupsIn, isGrouping } from './groups.js';
import { type Changes, type Needs, NO_CHANGES, type Projection, type RowView } from './projection.js';

const EVENTS: readonly EventType[] = [
  'patient-registered',
  'demographics-updated',
  'fact-retracted',
  'patients-linked',
  'patients-unlinked',
  'patients-merged',
  'patients-unmerged',
  'erasure-ordered',
];

/** Reads an event's demographics as tokens; undefined where they cannot be opened any more. Whoever runs the projection prepares them. */
export type BlindedOf = (event: LedgerEvent) => Blinded | undefined;

/**
 * Patients who may be one person. What sources say is compared each with each, so that the outcome does not depend on which source
 * was there first; a pair of patients is judged by all comparisons of their records. Nothing is ever merged here.
 */
export function candidatesProjection(blindedOf: BlindedOf): Projection {
  return {
    name: 'candidates',
    version: 1,
    lingerMs: 100,
    events: EVENTS,
    needs: (event) => needs(event, blindedOf),
    apply: (recorded, rows) => apply(recorded, rows, blindedOf),
  };
}

function needs(event: LedgerEvent, blindedOf: BlindedOf): Needs {
  const { tenant } = event;
  if (isDemographic(event)) {
    const { patientId } = event.data;
    const blocks = blindedOf(event)?.blocks ?? [];
    return {
      keys: [populationKey(tenant), memberKey(tenant, patientId)],
      index: [lineagesOf(tenant, patientId), versionsOf(tenant, patientId), pairsOf(tenant, patientId), ...blocks.map((block) => blockIndex(tenant, block))],
    };
  }
  if (isForgetting(event)) {
    const { patientId } = event.data;
    return { keys: [populationKey(tenant), memberKey(tenant, patientId)], index: indexOf(tenant, patientId) };
  }
  const patients = decidedIn(event);
  const rows = patients.flatMap((patientId) => [versionsOf(tenant, patientId), pairsOf(tenant, patientId)]);
  return { keys: patients.map((patientId) => memberKey(tenant, patientId)), index: rows };
}

/** The patients that somebody has said are one, or are not. */
function decidedIn(event: LedgerEvent): readonly string[] {
  if (event.type === 'patients-linked' || event.type === 'patients-unlinked') return event.data.patientIds;
  return isGrouping(event) ? groupsIn(event).flatMap(({ members }) => members) : [];
}

function apply({ event }: Recorded, rows: RowView, blindedOf: BlindedOf): Changes {
  const { tenant } = event;
  if (isDemographic(event)) return applyDemographics(event, rows, blindedOf(event));
  if (isForgetting(event)) return forgotten(event, rows);
  if (decidedIn(event).some((patientId) => isErased(rows, tenant, patientId)) && !isGrouping(event)) return NO_CHANGES;
  if (event.type === 'patients-linked') return applyLinked(event, rows);
  if (event.type === 'patients-unlinked') return applyUnlinked(event, rows);
  return isGrouping(event) ? applyRegrouped(event, rows) : NO_CHANGES;
}

function applyDemographics(event: Demographic, rows: RowView, said: Blinded | undefined): Changes {
  const { tenant, recordedAt: at } = event;
  const { patientId } = event.data;
  const known = rows.get(memberKey(tenant, patientId))?.value as MemberRow | undefined;
  const counted = (rows.get(populationKey(tenant))?.value as PopulationRow | undefined)?.patients ?? 0;
  if (known?.erased === true) return NO_CHANGES;
  const member = known ?? { patientId, root: patientId };
  const patients = counted + (known === undefined ? 1 : 0);
  const registered: Changes['put'] = [
    { key: populationKey(tenant), value: { patients } satisfies PopulationRow, index: [] },
    { key: memberKey(tenant, patientId), value: member, index: [] },
  ];
  const own = rows.byIndex(versionsOf(tenant, patientId)).map(({ value }) => value as VersionRow);
  const lineage = lineageAfter(event, rows, own.length);
  if (lineage === undefined) return { put: registered, remove: [] };
  const { added, ended } = lineage;
  const version = added && said !== undefined ? { ...member, eventId: event.id, ...said } : undefined;
  const staying = own.filter(({ eventId }) => !ended.includes(eventId));
  const isNews = () => !isSaidAlike(own, version === undefined ? staying : [...staying, version]);
  const { index, neighbours } = version === undefined ? { index: [], neighbours: [] } : neighboursOf(tenant, version, ended, rows);
  const pairs = pairsAfter({ tenant, member, version, ended, neighbours, isNews, patients, at }, rows);
  const row = version === undefined ? [] : [{ key: versionKey(tenant, patientId, version.eventId), value: version, index }];
  return {
    put: [...registered, lineage.put, ...row, ...pairs.flatMap(({ put }) => put)],
    remove: [...ended.map((eventId) => versionKey(tenant, patientId, eventId)), ...pairs.flatMap(({ remove }) => remove)],
  };
}

/** The patient is a candidate with nobody any more, and is not counted. */
function forgotten({ tenant, data: { patientId } }: Forgetting, rows: RowView): Changes {
  const known = rows.get(memberKey(tenant, patientId))?.value as MemberRow | undefined;
  const counted = (rows.get(populationKey(tenant))?.value as PopulationRow | undefined)?.patients ?? 0;
  const mark: MemberRow = { patientId, root: patientId, erased: true };
  const population: PopulationRow = { patients: known === undefined ? counted : counted - 1 };
  return {
    put: [
      { key: memberKey(tenant, patientId), value: mark, index: [] },
      { key: populationKey(tenant), value: population, index: [] },
    ],
    remove: indexOf(tenant, patientId).flatMap((value) => rows.byIndex(value).map(({ key }) => key)),
  };
}

/** All rows that are about a patient, but for the one that says who answers for them. */
function indexOf(tenant: string, patientId: string): string[] {
  return [lineagesOf(tenant, patientId), versionsOf(tenant, patientId), pairsOf(tenant, patientId)];
}

function isSaidAlike(before: readonly VersionRow[], after: readonly VersionRow[]): boolean {
  const [was, is] = [new Set(before.map(saidBy)), new Set(after.map(saidBy))];
  return was.size === is.size && [...was].every((said) => is.has(said));
}

/**
 * Versions that share a block with this one, and the index values of its row. A block that is full takes no more and is
 * not looked through: what so many share tells nobody apart, and the cost of one event stays bounded.
 */
function neighboursOf(tenant: string, version: VersionRow, ended: readonly string[], rows: RowView): { index: string[]; neighbours: VersionRow[] } {
  const index = [versionsOf(tenant, version.patientId)];
  const neighbours = new Map<string, VersionRow>();
  for (const block of version.blocks) {
    const value = blockIndex(tenant, block);
    const others = rows.byIndex(value).filter((row) => !ended.includes((row.value as VersionRow).eventId));
    if (others.length >= MATCHING_POLICY.blockAtMost) continue;
    index.push(value);
    for (const row of others) neighbours.set(row.key, row.value as VersionRow);
  }
  return { index, neighbours: [...neighbours.values()].filter(({ patientId }) => patientId !== version.patientId) };
}

interface Compared {
  readonly tenant: string;
  readonly member: MemberRow;
  readonly version: VersionRow | undefined;
  readonly ended: readonly string[];
  readonly neighbours: readonly VersionRow[];
  /** False when a source has only repeated what was said of the patient before. */
  readonly isNews: () => boolean;
  readonly patients: number;
  readonly at: string;
}

/** Every pair in which the patient is or comes to be. What a reviewer had dismissed is open again, if what they judged has changed. */
function pairsAfter({ tenant, member, version, ended, neighbours, isNews, patients, at }: Compared, rows: RowView): Changes[] {
  const { patientId, root } = member;
  const before = new Map(rows.byIndex(pairsOf(tenant, patientId)).map(({ value }) => [otherOf(value as CandidateRow, patientId), value as CandidateRow]));
  const fresh = new Map<string, { evidence: Evidence[]; merged: boolean }>();
  for (const neighbour of neighbours) {
    const comparison = compare(version?.tokens ?? {}, neighbour.tokens);
    if (!isKept(comparison, patients)) continue;
    const events = [version?.eventId ?? '', neighbour.eventId] as [string, string];
    const met = fresh.get(neighbour.patientId) ?? { evidence: [], merged: root === neighbour.root };
    met.evidence.push({ events: patientId < neighbour.patientId ? events : [events[1], events[0]], comparison });
    fresh.set(neighbour.patientId, met);
  }
  return [...new Set([...before.keys(), ...fresh.keys()])].sort().map((other) => {
    const pair = before.get(other);
    const staying = (pair?.evidence ?? []).filter(({ events }) => !events.some((eventId) => ended.includes(eventId)));
    const said = { evidence: [...staying, ...(fresh.get(other)?.evidence ?? [])], merged: pair?.merged ?? fresh.get(other)?.merged ?? false };
    return changedPair(tenant, pair, pair ?? freshPair(patientId, other, at), pair?.dismissed === true && isNews() ? { ...said, dismissed: false } : said, at);
  });
}

const isKept = (comparison: Comparison, patients: number): boolean => sharesIdentifier([comparison]) || isPossible(comparison, patients);

const otherOf = ({ patients }: CandidateRow, patientId: string): string => (patients[0] === patientId ? patients[1] : patients[0]);
