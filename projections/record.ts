import { addVersion, removeVersions } from '../domain/record/versions.js';
import { groupIntoFacts, tokensOf } from '../domain/resolution/grouping.js';
import { inConflict } from '../domain/resolution/resolve.js';
import { ASSERTION_EVENTS, type AssertionEvent, isAssertion, type LedgerEvent, type Recorded } from '../schemas/catalogue.js';
import type { BlindStatement } from '../schemas/events/statement.js';
import type { Assertion, Fact, Head, PastVersion } from '../schemas/read-models/fact.js';
import { type Changes, NO_CHANGES, type Projection, type RowView } from './projection.js';

/** Past versions kept in the row as references; the history has them all. */
const PAST_KEPT = 20;

type StatingEvent = Exclude<AssertionEvent, { type: 'fact-retracted' }>;

/**
 * The authoritative record: one row a fact, with every live assertion on it and its sealed content. Whom to believe is
 * decided when it is read, so a new designation shows at once and moves no row. The row holds no clear PHI: identity and
 * value are keyed hashes, and only a permitted reader's request opens the content.
 */
export const recordProjection: Projection = {
  name: 'record',
  version: 1,
  events: ASSERTION_EVENTS,
  needs: (event) => ({ keys: [], index: isAttributed(event) ? [recordIndex(event), ...tokenIndexes(event)] : [] }),
  apply: applyAssertion,
};

/**
 * An assertion of a source record, with its content. Commands make no other; one that somebody else wrote into the log says
 * nothing that could be attributed, and must not stop the model for everybody: the auditor's replay shows it.
 */
function isAttributed(event: LedgerEvent): event is AssertionEvent {
  if (!isAssertion(event) || event.source === null || event.source.recordKey === null) return false;
  return event.type === 'fact-retracted' || event.sealed.length > 0;
}

/** Cost grows with the facts touched: the record's own, and those that its new identity tokens reach. */
function applyAssertion(recorded: Recorded, rows: RowView): Changes {
  const { event } = recorded;
  if (!isAttributed(event)) return NO_CHANGES;
  const own = rows.byIndex(recordIndex(event));
  // Facts of this source alone are not joined by a token, and there may be many: a source may hold one code a thousand times.
  const reached = tokenIndexes(event)
    .flatMap((value) => rows.byIndex(value))
    .filter((row) => (row.value as Fact).assertions.some(({ source }) => source !== event.source?.id));
  const before = new Map([...own, ...reached].map((row) => [row.key, row.value as Fact]));
  const assertions = [...before.values()].flatMap((fact) => fact.assertions);
  const [mine, others] = [assertions.filter((one) => isOf(one, event)), assertions.filter((one) => !isOf(one, event))];
  const after = groupIntoFacts({ tenant: event.tenant, patientId: event.data.patientId }, [...others, ...restate(mine, recorded, event)]);
  const put = after.map((fact) => ({ key: factKey(fact), value: fact, index: indexOf(fact) }));
  const kept = new Set(put.map((row) => row.key));
  return { put, remove: [...before.keys()].filter((key) => !kept.has(key)) };
}

/** The record's assertions after the event: one for each element it ever spoke of. */
function restate(mine: readonly Assertion[], recorded: Recorded, event: AssertionEvent): Assertion[] {
  const past: PastVersion = { eventId: event.id, eventType: event.type, position: recorded.position, recordedAt: event.recordedAt };
  if (event.type === 'fact-retracted') {
    const retraction = { ...past, reason: event.data.reason };
    return mine.map((assertion) => changed(assertion, retraction, (draft) => removeVersions(lineageOf(draft), event.data.replaces)));
  }
  const replaces = 'replaces' in event.data ? event.data.replaces : [];
  const spoken = new Map(event.data.statements.map((statement) => [statement.element, statement]));
  // An element that the new version does not mention any more is no longer stated.
  const silent = mine
    .filter((assertion) => !spoken.has(assertion.element))
    .map((assertion) => changed(assertion, null, (draft) => supersede(draft, event, replaces)));
  const stated = event.data.statements.map((statement) => {
    const known = mine.find((assertion) => assertion.element === statement.element) ?? newAssertion(event, statement, mine);
    const stated = changed(known, null, (draft) => {
      const live = addVersion(lineageOf(draft), headOf(recorded, event, statement), replaces);
      if (live) draft.retraction = null;
      else draft.past = [...draft.past, past].slice(-PAST_KEPT);
    });
    // A late, lower version says nothing of what the record is now.
    return isHead(stated, event) ? { ...stated, category: event.data.category, resourceType: event.data.resourceType } : stated;
  });
  return [...silent, ...stated];
}

function isHead(assertion: Assertion, event: StatingEvent): boolean {
  return assertion.heads.some((head) => head.eventId === event.id);
}

/** Works on a copy and keeps, as references, the versions that went. */
function changed(assertion: Assertion, retraction: Assertion['retraction'], change: (draft: Assertion) => void): Assertion {
  const draft: Assertion = { ...assertion, heads: [...assertion.heads], highest: [...assertion.highest], past: [...assertion.past] };
  change(draft);
  const gone = assertion.heads.filter((head) => !draft.heads.some((left) => left.eventId === head.eventId));
  draft.past = [...draft.past, ...gone.map(({ eventId, eventType, position, recordedAt }) => ({ eventId, eventType, position, recordedAt }))].slice(-PAST_KEPT);
  if (retraction !== null) draft.retraction = retraction;
  return draft;
}

function supersede(draft: Assertion, event: StatingEvent, replaces: readonly string[]): void {
  const marker = { eventId: event.id, sourceVersion: event.data.sourceVersion } as Head;
  addVersion(lineageOf(draft), marker, replaces);
  removeVersions(lineageOf(draft), [event.id]);
}

/** An assertion is a lineage of heads: the rules of `versions.ts` work on it in place. */
function lineageOf(draft: Assertion): Assertion {
  return draft;
}

/** What the record is known to have reached holds for an element too that only an older, late version mentions. */
function newAssertion(event: StatingEvent, statement: BlindStatement, mine: readonly Assertion[]): Assertion {
  const { assertionId, category, resourceType } = event.data;
  const { id: source, recordKey } = event.source as { id: string; recordKey: string };
  return {
    assertionId,
    source,
    recordKey,
    category,
    resourceType,
    element: statement.element,
    heads: [],
    highest: [...(mine[0]?.highest ?? [])],
    past: [],
    retraction: null,
  };
}

function headOf({ position, revision }: Recorded, event: StatingEvent, statement: BlindStatement): Head {
  return {
    eventId: event.id,
    eventType: event.type,
    position,
    revision,
    recordedAt: event.recordedAt,
    sourceVersion: event.data.sourceVersion,
    validTime: event.validTime,
    contentToken: event.data.contentToken,
    identity: statement.identity,
    value: statement.value,
    stream: event.stream,
    sealed: event.sealed[0] as Head['sealed'],
  };
}

function isOf(assertion: Assertion, event: AssertionEvent): boolean {
  return assertion.source === event.source?.id && assertion.recordKey === event.source.recordKey;
}

/** Rows of a patient's category stand together: `{tenant}/{patient}/{category}/{fact}`. */
export function factKey(fact: Pick<Fact, 'tenant' | 'patientId' | 'category' | 'factId'>): string {
  return `${factPrefix(fact.tenant, fact.patientId, fact.category)}${fact.factId}`;
}

export function factPrefix(tenant: string, patientId: string, category?: string): string {
  return category === undefined ? `${tenant}/${patientId}/` : `${tenant}/${patientId}/${category}/`;
}

function indexOf(fact: Fact): string[] {
  const owner = `${fact.tenant}/${fact.patientId}`;
  const records = fact.assertions.map((assertion) => `r/${owner}/${assertion.source}/${assertion.recordKey}`);
  const tokens = fact.assertions.flatMap((assertion) => [...tokensOf(assertion)].map((token) => `t/${owner}/${token}`));
  const conflict = inConflict(fact.assertions.flatMap((assertion) => assertion.heads)) ? [conflictIndex(fact.tenant, fact.patientId)] : [];
  return [...new Set([...records, ...tokens, ...conflict])];
}

/** Facts of a patient on which live statements differ. */
export function conflictIndex(tenant: string, patientId: string): string {
  return `c/${tenant}/${patientId}`;
}

function recordIndex(event: AssertionEvent): string {
  return `r/${event.tenant}/${event.data.patientId}/${event.source?.id}/${event.source?.recordKey}`;
}

function tokenIndexes(event: LedgerEvent): string[] {
  if (!isAssertion(event) || event.type === 'fact-retracted') return [];
  return event.data.statements.flatMap((statement) => statement.identity.map((token) => `t/${event.tenant}/${event.data.patientId}/${token}`));
}
