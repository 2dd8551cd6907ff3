import type { Recorded } from '../../schemas/catalogue.js';
import type { EventReader } from '../log.js';
import { RECORD_EVENTS } from './assertions.js';

const PAGE_EVENTS = 1000;

/** All events of a stream that make a record what it is, in their order, read page by page. */
export async function wholeRecordStream(store: Pick<EventReader, 'readStream'>, stream: string, pageEvents = PAGE_EVENTS): Promise<Recorded[]> {
  const all: Recorded[] = [];
  let page: readonly Recorded[];
  do {
    page = await store.readStream(stream, { from: (all.at(-1)?.revision ?? -1) + 1, limit: pageEvents, types: RECORD_EVENTS });
    all.push(...page);
  } while (page.length === pageEvents);
  return all;
}
