import type { EventReader } from '../../domain/log.js';
import { openContent } from '../../domain/record/content.js';
import { openWith, type RingSource, type Unreadable, unreadableCode } from '../../domain/record/unreadable.js';
import { ASSERTION_EVENTS, type EventOf, type Recorded } from '../../schemas/catalogue.js';
import { isTrueAt, type KnownAt, wasKnown } from './as-of.js';
import { notShown, type StatementShown } from './opener.js';
import { type JsonText, withContent } from './record-json.js';

export interface HistoryQuery {
  readonly from: number;
  readonly limit: number;
  readonly category: string | null;
  /** Only events whose valid time covers this instant. */
  readonly validAt: string | null;
  /** Only what was known by then. */
  readonly knownAt: KnownAt | null;
  /** The patient's keys; null for who may not have content opened. */
  readonly ringOf: RingSource | null;
}

export interface HistoryPage {
  readonly entries: readonly JsonText[];
  /** Revision to go on from; null at the end. */
  readonly next: number | null;
  readonly opened: number;
  readonly unreadable: readonly Unreadable[];
  readonly categories: readonly string[];
}

/** What sources said of a patient and what stewards decided. How names translate between merged patients is no part of it. */
const HISTORY_EVENTS = [...ASSERTION_EVENTS, 'conflict-settled', 'conflict-reopened'] as const;
type HistoryEvent = EventOf<(typeof HISTORY_EVENTS)[number]>;

/**
 * What happened to a patient's record, event by event. The patient's stream is the history, so it is read as it is: complete
 * the moment a command is acknowledged, with nothing derived that could be missing. Content is opened only with a ring.
 */
export async function readHistory(store: EventReader, stream: string, query: HistoryQuery): Promise<HistoryPage> {
  const page = (await store.readStream(stream, { from: query.from, limit: query.limit, types: HISTORY_EVENTS })) as readonly Recorded<HistoryEvent>[];
  const wanted = page.filter((recorded) => wasKnownTo(query.knownAt, recorded, store) && isWanted(recorded.event, query));
  const shown = await Promise.all(wanted.map(({ event }) => contentOf(event, query.ringOf)));
  const last = page.at(-1);
  return {
    entries: wanted.map((recorded, nth) => entryJson(recorded, shown[nth] ?? null)),
    next: page.length === query.limit && last !== undefined ? last.revision + 1 : null,
    opened: shown.reduce((sum, one) => sum + (one?.opened ?? 0), 0),
    unreadable: shown.flatMap((one) => one?.unreadable ?? []),
    categories: [...new Set(wanted.map(({ event }) => event.data.category))],
  };
}

function wasKnownTo(knownAt: KnownAt | null, { event, position }: Recorded, store: EventReader): boolean {
  return knownAt === null || wasKnown(knownAt, { position, recordedAt: event.recordedAt }, (left, right) => store.compare(left, right));
}

function isWanted({ data, validTime }: HistoryEvent, { category, validAt }: HistoryQuery): boolean {
  return (category === null || data.category === category) && (validAt === null || isTrueAt(data.category, validTime, validAt));
}

/** Null for what has no content, and for who may not have it opened. */
async function contentOf({ id: eventId, stream, sealed }: HistoryEvent, ringOf: RingSource | null): Promise<StatementShown | null> {
  if (ringOf === null || sealed.length === 0) return null;
  try {
    return (await openWith(ringOf, (ring) => openContent(ring, sealed, { stream, eventId }))) ?? null;
  } catch (fault) {
    const code = unreadableCode(fault);
    if (code === undefined) throw fault;
    return notShown({ code, eventId, stream });
  }
}

function entryJson({ event, revision, position }: Recorded, shown: StatementShown | null): JsonText {
  const { id: eventId, type, actor, purpose, recordedAt, validTime, correlationId, contentHash, data } = event;
  const { statements: _, contentToken: __, patientId: ___, ...said } = data as Record<string, unknown>;
  const about = {
    eventId,
    type,
    revision,
    position,
    recordedAt,
    source: event.source?.id ?? null,
    actor,
    purpose,
    validTime,
    correlationId,
    contentHash,
    ...said,
  };
  return shown === null ? JSON.stringify(about) : withContent(about, shown);
}
