import { type KeysState, keysDecider } from '../../domain/keys/decide.js';
import type { EventReader } from '../../domain/log.js';
import { streams } from '../../domain/streams.js';
import type { EventOf } from '../../schemas/catalogue.js';

const PAGE = 500;

export interface KeysSaid {
  readonly state: KeysState;
  readonly reports: ReadonlyMap<string, EventOf<'key-compromise-reported'>>;
}

/** What the log says of a tenant's keys at this moment, read from its beginning: orders are few. */
export async function keysSaid(log: Pick<EventReader, 'readStream'>, tenant: string): Promise<KeysSaid> {
  let state = keysDecider.initial();
  const reports = new Map<string, EventOf<'key-compromise-reported'>>();
  for (let from = 0, isLast = false; !isLast; from += PAGE) {
    const page = await log.readStream(streams.keys(tenant), { from, limit: PAGE });
    for (const { event, revision } of page) {
      state = keysDecider.evolve(state, event, revision);
      if (event.type === 'key-compromise-reported') reports.set(event.data.reportId, event);
    }
    isLast = page.length < PAGE;
  }
  return { state, reports };
}
