import { isAttributed, isOf, liveHeads, namesFor, namesOfMixed, RECORD_EVENTS, recordsOf, restated, tokensBroughtBy } from '../domain/record/assertions.js';
import { differ } from '../domain/resolution/agreement.js';
import { groupIntoFacts, tokensOf } from '../domain/resolution/grouping.js';
import { isTakenBack } from '../domain/resolution/taken-back.js';
import type { LedgerEvent, Recorded } from '../schemas/catalogue.js';
import type { PatientGroup } from '../schemas/events/patients-merged.js';
import type { Assertion, Fact } from '../schemas/read-models/fact.js';
import { type Forgetting, isForgetting } from './erased.js';
import { companionsOf, groupIn, groupKey, groupKeys, groupPrefixes, isGrouping, type Regrouped, regroupedMembers, regroupedWithout } from './groups.js';
import type { Row } from './ports.js';
import type { Changes, Needs, Projection, RowView } from './projection.js';

/**
 * The authoritative record: one row a fact, with every live assertion on it and its sealed content. Whom to believe is
 * decided when it is read, so a new designation shows at once and moves no row. The row holds no clear PHI: identity and
 * value are keyed hashes, and only a permitted reader's request opens the content. Facts of merged patients stand together,
 * under the survivor.
 */
export const recordProjection: Projection = {
  name: 'record',
  version: 3,
  events: [...RECORD_EVENTS, 'patients-merged', 'patients-unmerged', 'erasure-ordered'],
  needs: factNeeds,
  also: (event, rows) => (isForgetting(event) ? { keys: companionKeys(event, rows), index: [] } : { keys: [], index: refiledIndex(event, rows) }),
  apply: (recorded, rows) => {
    const { before, after, groups } = regrouped(recorded, rows);
    return replaced([...before.keys()], [...rowsOf(after), ...groups]);
  },
};

/** The rows that an event has to see for `regrouped`. Every projection that keeps facts asks for these. */
export function factNeeds(event: LedgerEvent): Needs {
  if (isForgetting(event)) {
    const { tenant, data } = event;
    return { keys: [groupKey(tenant, data.patientId)], index: [memberIndex(tenant, data.patientId)], prefixes: [factPrefix(tenant, data.patientId)] };
  }
  return { keys: needsKeys(event), index: needsIndex(event), prefixes: groupPrefixes(event) };
}

/** Where a record of the event may come to be filed besides, by versions that stood before. Mostly none. */
export function refiledIndex(event: LedgerEvent, rows: RowView): string[] {
  if (isGrouping(event)) return [];
  const own = recordsOf(event).flatMap((ref) =>
    rows.byIndex(recordIndex(event.tenant, ref)).flatMap((row) => (row.value as Fact).assertions.filter((one) => isOf(one, ref))),
  );
  const said = isAttributed(event) ? event.data.category : null;
  return own.flatMap((one) => namesOfMixed(one, said)).map((token) => tokenIndex(event.tenant, token));
}

export function regrouped(recorded: Recorded, rows: RowView): Regrouped {
  const { event } = recorded;
  if (isForgetting(event)) return regroupedWithout(event, factsWith(event, rows), rows);
  return isGrouping(event) ? regroupedMembers(recorded, rows) : regroupedFacts(recorded, rows);
}

/** The rows that say with whom an erased patient was one. */
export function companionKeys({ tenant, data }: Forgetting, rows: RowView): string[] {
  return companionsOf(rows, tenant, data.patientId).map((member) => groupKey(tenant, member));
}

/** All facts of an erased patient, and of those whom they are one with: every row of these names its group. */
function factsWith({ tenant, data: { patientId } }: Forgetting, rows: RowView): Map<string, Fact> {
  const found = [...rows.byPrefix(factPrefix(tenant, patientId)), ...rows.byIndex(memberIndex(tenant, patientId))];
  return new Map(found.map((row) => [row.key, row.value as Fact]));
}

function needsKeys(event: LedgerEvent): string[] {
  return isGrouping(event) ? groupKeys(event) : recordsOf(event).map(({ patientId }) => groupKey(event.tenant, patientId));
}

function needsIndex(event: LedgerEvent): string[] {
  if (isGrouping(event)) return [];
  const records = recordsOf(event);
  return [
    ...records.map((ref) => recordIndex(event.tenant, ref)),
    ...tokensBroughtBy(event).map((token) => tokenIndex(event.tenant, token)),
    ...new Set(records.map(({ patientId }) => cutIndex(event.tenant, patientId))),
  ];
}

function regroupedFacts(recorded: Recorded, rows: RowView): Regrouped {
  const { event } = recorded;
  const before = new Map(touchedBy(event, rows).map((row) => [row.key, row.value as Fact]));
  const assertions = afterEvent(
    [...before.values()].flatMap((fact) => fact.assertions),
    recorded,
  );
  const after = groupsOf(event, rows).flatMap((group) => {
    const own = assertions.filter(({ patientId }) => group.members.includes(patientId));
    return groupIntoFacts({ tenant: event.tenant, ...group }, own);
  });
  return { before, after, groups: [] };
}

/**
 * Whose facts an event is about: mostly one group's. What was settled of a merged record may be taken back when its patients
 * have been parted again.
 */
function groupsOf(event: LedgerEvent, rows: RowView): PatientGroup[] {
  const groups = recordsOf(event).map(({ patientId }) => groupIn(rows, event.tenant, patientId));
  return [...new Map(groups.map((group) => [group.root, group])).values()];
}

/** Cost grows with the facts touched: the record's own, those that its new identity tokens reach, and those kept apart. */
export function touchedBy(event: LedgerEvent, rows: RowView): Row[] {
  const refs = recordsOf(event);
  const [ref] = refs;
  if (ref === undefined) return [];
  const own = refs.flatMap((one) => rows.byIndex(recordIndex(event.tenant, one)));
  const cut = [...new Set(refs.map(({ patientId }) => patientId))].flatMap((patientId) => rows.byIndex(cutIndex(event.tenant, patientId)));
  // Facts of this source alone are not joined by a token, and there may be many: a source may hold one code a thousand times.
  const reached = [...tokensBroughtBy(event).map((token) => tokenIndex(event.tenant, token)), ...refiledIndex(event, rows)]
    .flatMap((value) => rows.byIndex(value))
    .filter((row) => (row.value as Fact).assertions.some(({ source, patientId: owner }) => source !== ref.source || owner !== ref.patientId));
  // Names that were translated toward a patient from whom this one was parted meanwhile reach the facts of somebody else.
  const roots = new Set(groupsOf(event, rows).map(({ root }) => root));
  return [...own, ...reached, ...cut].filter((row) => roots.has((row.value as Fact).patientId));
}

/** Each record that the event speaks of, restated; all others as they were. */
function afterEvent(assertions: readonly Assertion[], recorded: Recorded): Assertion[] {
  const refs = recordsOf(recorded.event);
  const names = new Set(refs.map(nameOf));
  const mine = new Map<string, Assertion[]>();
  const others: Assertion[] = [];
  for (const assertion of assertions) {
    const name = nameOf(assertion);
    if (names.has(name)) mine.set(name, [...(mine.get(name) ?? []), assertion]);
    else others.push(assertion);
  }
  return [...others, ...refs.flatMap((ref) => restated(mine.get(nameOf(ref)) ?? [], recorded))];
}

function nameOf({ patientId, source, recordKey }: { patientId: string; source: string; recordKey: string }): string {
  return `${patientId}|${source}|${recordKey}`;
}

export function replaced(before: readonly string[], put: readonly Changes['put'][number][]): Changes {
  const kept = new Set(put.map((row) => row.key));
  return { put: [...put], remove: before.filter((key) => !kept.has(key)) };
}

function rowsOf(facts: readonly Fact[]): Changes['put'][number][] {
  return facts.map((fact) => ({ key: factKey(fact), value: fact, index: [...factIndex(fact), ...conflictIndexOf(fact)] }));
}

/** Rows of a patient's category stand together: `{tenant}/{patient}/{category}/{fact}`. */
export function factKey(fact: Pick<Fact, 'tenant' | 'patientId' | 'category' | 'factId'>): string {
  return `${factPrefix(fact.tenant, fact.patientId, fact.category)}${fact.factId}`;
}

export function factPrefix(tenant: string, patientId: string, category?: string): string {
  return category === undefined ? `${tenant}/${patientId}/` : `${tenant}/${patientId}/${category}/`;
}

/** By what a fact is found when an event touches it. */
export function factIndex(fact: Fact): string[] {
  const { tenant, patientId, assertions } = fact;
  const records = assertions.map((assertion) => recordIndex(tenant, assertion));
  const tokens = assertions.flatMap((assertion) => [...tokensOf(assertion, patientId)].map((token) => tokenIndex(tenant, token)));
  const cut = fact.cut ? fact.members.map((member) => cutIndex(tenant, member)) : [];
  const takenBack = assertions.some(isTakenBack) ? [takenBackIndex(tenant, patientId)] : [];
  const claims = assertions
    .flatMap((assertion) => liveHeads(assertion).flatMap((head) => namesFor(head, patientId).asserts))
    .map((token) => claimIndex(tenant, token));
  const merged = fact.members.filter((member) => member !== patientId).map((member) => memberIndex(tenant, member));
  return [...new Set([...records, ...tokens, ...cut, ...takenBack, ...claims, ...merged])];
}

function conflictIndexOf(fact: Fact): string[] {
  return mayConflict(fact) ? [conflictIndex(fact.tenant, fact.patientId)] : [];
}

/** Statements differ, or claim something that another fact may contradict. */
function mayConflict(fact: Fact): boolean {
  const heads = fact.assertions.flatMap(liveHeads);
  return heads.some(({ asserts }) => asserts.length > 0) || differ(heads, fact.patientId);
}

/** Records of a patient that their sources took back as errors. */
export function takenBackIndex(tenant: string, patientId: string): string {
  return `e/${tenant}/${patientId}`;
}

/** Facts of a patient that have to be looked at when conflicts are asked for. */
export function conflictIndex(tenant: string, patientId: string): string {
  return `c/${tenant}/${patientId}`;
}

/** The fact of a source record, by what the record is called in the log. */
export function recordIndex(tenant: string, { patientId, source, recordKey }: { patientId: string; source: string; recordKey: string }): string {
  return `r/${tenant}/${patientId}/${source}/${recordKey}`;
}

/** A token is 128 bits under one patient's key: no two patients share one. */
export function tokenIndex(tenant: string, token: string): string {
  return `t/${tenant}/${token}`;
}

/** Facts of a group by those who are in it besides the survivor, under whom the rows stand. */
export function memberIndex(tenant: string, patientId: string): string {
  return `m/${tenant}/${patientId}`;
}

/** Facts that claim something another may contradict. */
export function claimIndex(tenant: string, token: string): string {
  return `k/${tenant}/${token}`;
}

/**
 * Facts of a patient that share a name with another and were kept apart: what one of them becomes can change the others. They
 * are found under every member of a group, since an event tells no more than the patient that it came to.
 */
function cutIndex(tenant: string, patientId: string): string {
  return `x/${tenant}/${patientId}`;
}
