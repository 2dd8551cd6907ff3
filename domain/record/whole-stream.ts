import type { Recorded } from '../../schemas/catalogue.js';
import type { EventReader } from '../log.js';
import { RECORD_EVENTS } from './assertions.js';

const PAGE = 1000;

/** All events of a stream that make a record what it is, in their order, read page by page. */
export async function wholeRecordStream(store: EventReader, stream: string): Promise<Recorded[]> {
  const all: Recorded[] = [];
  for (;;) {
    const page = await store.readStream(stream, { from: (all.at(-1)?.revision ?? -1) + 1, limit: PAGE, types: RECORD_EVENTS });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}
