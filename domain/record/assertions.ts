import { type AssertionEvent, type EventOf, isAssertion, type LedgerEvent, type Recorded } from '../../schemas/catalogue.js';
import type { BlindStatement } from '../../schemas/events/statement.js';
import type { Assertion, Head, Judgement, Names, PastVersion } from '../../schemas/read-models/fact.js';
import { addVersion, orderVersions, removeVersions } from './versions.js';

/** Past versions kept as references; the history has them all. */
const PAST_KEPT = 20;
/** Settlements kept with a statement: the last ones decide, and the history has them all. */
const JUDGEMENTS_KEPT = 20;

/** Events that make a patient's record what it is: what sources say, and what stewards and merges make of it. */
export const RECORD_EVENTS = [
  'patient-registered',
  'demographics-updated',
  'fact-recorded',
  'fact-corrected',
  'fact-retracted',
  'statements-translated',
  'conflict-settled',
  'conflict-reopened',
] as const;
export type RecordEvent = EventOf<(typeof RECORD_EVENTS)[number]>;

/** A source record of a patient, by what it is called in the log. */
export interface RecordRef {
  readonly patientId: string;
  readonly source: string;
  readonly recordKey: string;
}

export function isOf(assertion: Assertion, ref: RecordRef): boolean {
  return assertion.source === ref.source && assertion.recordKey === ref.recordKey && assertion.patientId === ref.patientId;
}

/**
 * An assertion of a source record, with its content. Commands make no other; one that somebody else wrote into the log says
 * nothing that could be attributed, and must not stop a model for everybody: the auditor's replay shows it.
 */
export function isAttributed(event: LedgerEvent): event is AssertionEvent {
  if (!isAssertion(event) || event.source === null || event.source.recordKey === null) return false;
  return event.type === 'fact-retracted' || event.sealed.length > 0;
}

/** The source records that an event speaks of. */
export function recordsOf(event: LedgerEvent): readonly RecordRef[] {
  if (isAttributed(event)) return [{ patientId: event.data.patientId, source: event.source?.id ?? '', recordKey: event.source?.recordKey ?? '' }];
  switch (event.type) {
    case 'statements-translated':
      return distinct(event.data.statements.map(({ source, recordKey }) => ({ patientId: event.data.patientId, source, recordKey })));
    case 'conflict-settled':
    case 'conflict-reopened':
      return distinct(event.data.judged.map(({ patientId, source, recordKey }) => ({ patientId, source, recordKey })));
    default:
      return [];
  }
}

function distinct(refs: readonly RecordRef[]): RecordRef[] {
  return [...new Map(refs.map((ref) => [`${ref.patientId}|${ref.source}|${ref.recordKey}`, ref])).values()];
}

/** The identity tokens that an event brings: of which other facts may become part of what it touches. */
export function tokensBroughtBy(event: LedgerEvent): readonly string[] {
  if (event.type === 'statements-translated') return event.data.statements.flatMap(({ identity }) => identity);
  return isAttributed(event) && event.type !== 'fact-retracted' ? event.data.statements.flatMap(({ identity }) => identity) : [];
}

/**
 * The names of a record whose live versions are of several categories, `said` by the next one included: when one comes or
 * goes, all of it may be filed with other facts.
 */
export function namesOfMixed({ category, heads }: Assertion, said: string | null): string[] {
  if ((said === null || said === category) && heads.every((head) => head.category === category)) return [];
  return heads.flatMap((head) => [head, ...Object.values(head.translations ?? {})].flatMap(({ identity }) => identity));
}

/** The assertions of the records that an event speaks of, after it. `mine` are all their assertions before. Pure. */
export function restated(mine: readonly Assertion[], recorded: Recorded): Assertion[] {
  const { event } = recorded;
  if (isAttributed(event)) return stated(mine, recorded, event);
  switch (event.type) {
    case 'statements-translated':
      return mine.map((assertion) => translated(assertion, event));
    case 'conflict-settled':
      return mine.map((assertion) => judged(assertion, recorded as Recorded<typeof event>));
    case 'conflict-reopened':
      return mine.map((assertion) => reopened(assertion, event.data.settlement));
    default:
      return [...mine];
  }
}

type StatingEvent = Exclude<AssertionEvent, { type: 'fact-retracted' }>;

/** One assertion for each thing that the record ever spoke of. */
function stated(mine: readonly Assertion[], recorded: Recorded, event: AssertionEvent): Assertion[] {
  const past: PastVersion = { eventId: event.id, eventType: event.type, position: recorded.position, recordedAt: event.recordedAt };
  if (event.type === 'fact-retracted') {
    const retraction = { ...past, reason: event.data.reason };
    return mine.map((assertion) => changed(assertion, retraction, (draft) => removeVersions(draft, event.data.replaces)));
  }
  const replaces = 'replaces' in event.data ? event.data.replaces : [];
  const spoken = new Set(event.data.statements.map(thingOf));
  // A thing that the new version does not mention any more is no longer stated.
  const silent = mine
    .filter((assertion) => !spoken.has(thingOf(assertion)))
    .map((assertion) => changed(assertion, null, (draft) => supersede(draft, event, replaces)));
  const said = event.data.statements.map((statement) => {
    const known = mine.find((assertion) => thingOf(assertion) === thingOf(statement)) ?? newAssertion(event, statement, mine);
    return changed(known, null, (draft) => {
      const live = addVersion(draft, headOf(recorded, event, statement), replaces);
      if (live) draft.retraction = null;
      else draft.past = [...draft.past, past].slice(-PAST_KEPT);
    });
  });
  return [...silent, ...said];
}

export function thingOf({ element, part }: { element: string | null; part: string | null }): string {
  return `${element ?? ''}|${part ?? ''}`;
}

/**
 * A record is filed where its live version says. Of several that nobody can put in order the one that goes first says it, and
 * not the one that came last; of none it stays where it was. Versions lie in their own order, not in that of their arrival.
 */
function filed(assertion: Assertion): Assertion {
  const heads = [...assertion.heads].sort(byVersion);
  const [first] = heads;
  return first === undefined ? assertion : { ...assertion, category: first.category, resourceType: first.resourceType, heads };
}

function byVersion(left: Head, right: Head): number {
  const byLabel = orderVersions(left.sourceVersion, right.sourceVersion);
  if (byLabel !== 0) return byLabel;
  const [a, b] = [labelOf(left), labelOf(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function labelOf({ sourceVersion, contentToken }: Head): string {
  return `${sourceVersion ?? ''}|${contentToken}`;
}

/** Works on a copy and keeps, as references, the versions that went. */
function changed(assertion: Assertion, retraction: Assertion['retraction'], change: (draft: Assertion) => void): Assertion {
  const draft: Assertion = { ...assertion, heads: [...assertion.heads], highest: [...assertion.highest], past: [...assertion.past] };
  change(draft);
  const gone = assertion.heads.filter((head) => !draft.heads.some((left) => left.eventId === head.eventId));
  if (gone.length > 0) {
    draft.past = [...draft.past, ...gone.map(({ eventId, eventType, position, recordedAt }) => ({ eventId, eventType, position, recordedAt }))].slice(
      -PAST_KEPT,
    );
  }
  if (retraction !== null) draft.retraction = retraction;
  return filed(draft);
}

function supersede(draft: Assertion, event: StatingEvent, replaces: readonly string[]): void {
  const marker = { eventId: event.id, sourceVersion: event.data.sourceVersion } as Head;
  addVersion(draft, marker, replaces);
  removeVersions(draft, [event.id]);
}

/** What the record is known to have reached holds for a thing too that only an older, late version mentions. */
function newAssertion(event: StatingEvent, statement: BlindStatement, mine: readonly Assertion[]): Assertion {
  const { assertionId, patientId, category, resourceType } = event.data;
  const { id: source, recordKey } = event.source as { id: string; recordKey: string };
  return {
    assertionId,
    patientId,
    source,
    recordKey,
    category,
    resourceType,
    element: statement.element,
    part: statement.part,
    heads: [],
    highest: [...(mine[0]?.highest ?? [])],
    past: [],
    retraction: null,
    judgements: [],
  };
}

function headOf({ position, revision }: Recorded, event: StatingEvent, statement: BlindStatement): Head {
  return {
    eventId: event.id,
    eventType: event.type,
    category: event.data.category,
    resourceType: event.data.resourceType,
    position,
    revision,
    recordedAt: event.recordedAt,
    sourceVersion: event.data.sourceVersion,
    validTime: event.validTime,
    contentToken: event.data.contentToken,
    ...namesIn(statement),
    standing: statement.standing,
    stream: event.stream,
    sealed: event.sealed,
  };
}

function namesIn({ identity, value, precision, codes, ranges, asserts, contradicts }: Names): Names {
  return { identity, value, precision, codes, ranges, asserts, contradicts };
}

function translated(assertion: Assertion, event: EventOf<'statements-translated'>): Assertion {
  const { toward, statements } = event.data;
  const heads = assertion.heads.map((head) => {
    const names = statements.find((statement) => statement.eventId === head.eventId && thingOf(statement) === thingOf(assertion));
    return names === undefined ? head : { ...head, translations: { ...head.translations, [toward]: namesIn(names) } };
  });
  return { ...assertion, heads };
}

function judged(assertion: Assertion, { event, position }: Recorded<EventOf<'conflict-settled'>>): Assertion {
  const { patientId, decision, chosen, version, reason, judged: statements } = event.data;
  const own = statements.find((one) => isOf(assertion, one) && thingOf(one) === thingOf(assertion));
  if (own === undefined) return assertion;
  const judgement: Judgement = {
    settlement: event.id,
    patientId,
    version,
    position,
    recordedAt: event.recordedAt,
    subject: event.actor.subject,
    decision,
    chosen,
    eventId: own.eventId,
    group: own.group,
    statements: statements.length,
    groups: new Set(statements.map(({ group }) => group)).size,
    reason,
    withdrawn: false,
  };
  const others = assertion.judgements.filter(({ settlement }) => settlement !== event.id);
  return { ...assertion, judgements: [...others, judgement].slice(-JUDGEMENTS_KEPT) };
}

function reopened(assertion: Assertion, settlement: string): Assertion {
  return {
    ...assertion,
    judgements: assertion.judgements.map((judgement) => (judgement.settlement === settlement ? { ...judgement, withdrawn: true } : judgement)),
  };
}

/** What a statement is called under the key of the patient by whose names facts are compared: its own until it was translated. */
export function namesFor(head: Head, root: string): Names {
  return head.translations?.[root] ?? head;
}

/** Live: stated now, and not taken back as an error. */
export function liveHeads(assertion: Assertion): readonly Head[] {
  const { heads } = assertion;
  return heads.some(isError) ? heads.filter((head) => !isError(head)) : heads;
}

function isError({ standing }: Head): boolean {
  return standing === 'entered-in-error';
}
