import type { EventReader } from '../../domain/log.js';
import type { KeyRing } from '../../domain/rings.js';
import { ASSERTION_EVENTS, isAssertion, type Recorded } from '../../schemas/catalogue.js';
import { splitContent } from './content.js';
import type { JsonText } from './record-json.js';

export interface HistoryPage {
  readonly entries: readonly JsonText[];
  /** Revision to go on from; null at the end. */
  readonly next: number | null;
  readonly opened: number;
  readonly categories: readonly string[];
}

/**
 * What happened to a patient's record, event by event. The patient's stream is the history, so it is read as it is: complete
 * the moment a command is acknowledged, with nothing derived that could be missing. Content is opened only with a ring.
 */
export async function readHistory(
  store: EventReader,
  stream: string,
  options: { from: number; limit: number; category: string | null; ring: KeyRing | null },
): Promise<HistoryPage> {
  const page = await store.readStream(stream, { from: options.from, limit: options.limit, types: ASSERTION_EVENTS });
  const wanted = page.filter(({ event }) => isAssertion(event) && (options.category === null || event.data.category === options.category));
  const entries = await Promise.all(wanted.map((recorded) => entryJson(recorded, options.ring)));
  const last = page.at(-1);
  return {
    entries,
    next: page.length === options.limit && last !== undefined ? last.revision + 1 : null,
    opened: options.ring === null ? 0 : wanted.filter(({ event }) => event.sealed.length > 0).length,
    categories: [...new Set(wanted.map(({ event }) => ('category' in event.data ? event.data.category : '')))],
  };
}

async function entryJson({ event, revision, position }: Recorded, ring: KeyRing | null): Promise<JsonText> {
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
  const [sealed] = event.sealed;
  if (ring === null || sealed === undefined) return JSON.stringify(about);
  const { sourceRecordId, resource } = splitContent(await ring.open(sealed, { stream: event.stream, eventId }));
  return `${JSON.stringify({ ...about, sourceRecordId }).slice(0, -1)},"resource":${resource}}`;
}
