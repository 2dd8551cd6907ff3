import type { Recorded } from '../../schemas/catalogue.js';
import type { Forgetting } from '../erased.js';
import { companionsOf } from '../groups.js';
import type { Changes, Needs, RowView } from '../projection.js';
import { companionKeys, factNeeds, regrouped, takenBackIndex } from '../record.js';
import { authorityIn, authorityKey, patientAuthorityKey, putAuthority, settledAt } from './authority.js';
import { FeedItems } from './feed-items.js';
import { FEEDS_KEPT, type FeedRow, feedPrefix, type KeptFeed, patientConflictIndex, toldIndex } from './rows.js';
import { settled } from './settle.js';
import { momentOf } from './sweep.js';

/** An erased patient's facts, conflicts and feed items; and the facts of those whom they are one with, which stand without them. */
export function forgettingNeeds(event: Forgetting): Needs {
  const { tenant, data } = event;
  const { patientId } = data;
  const facts = factNeeds(event);
  return {
    ...facts,
    keys: [...facts.keys, authorityKey(tenant), patientAuthorityKey(tenant, patientId)],
    index: [...facts.index, ...besidesOf(tenant, patientId)],
  };
}

/**
 * What was told of the patient is asked for here and not above: an item that a sweep told just before the order stands at the order's
 * own position, and would make the order look as if it had been applied.
 */
export function forgettingAlso(event: Forgetting, rows: RowView): Needs {
  const { tenant, data } = event;
  const companions = companionsOf(rows, tenant, data.patientId);
  return {
    keys: [...companionKeys(event, rows), ...companions.map((member) => patientAuthorityKey(tenant, member))],
    index: [toldIndex(tenant, data.patientId), ...companions.flatMap((member) => besidesOf(tenant, member))],
  };
}

function besidesOf(tenant: string, patientId: string): string[] {
  return [takenBackIndex(tenant, patientId), patientConflictIndex(tenant, patientId)];
}

/** The others' facts are settled anew; of the patient there is one thing left to say, on each feed that ever said anything of them. */
export function forget(recorded: Recorded<Forgetting>, rows: RowView): Changes {
  const { event, position } = recorded;
  const { tenant, data } = event;
  const { before, after, groups } = regrouped(recorded, rows);
  const moment = momentOf(event, position);
  const feed = new FeedItems(tenant, moment, 'own');
  const occasion = { tenant, why: 'erased' as const, moment, because: event.id, at: settledAt(rows, event) };
  const { put, remove } = settled(occasion, { before, after, aside: new Map() }, rows, feed);
  const told = rows.byIndex(toldIndex(tenant, data.patientId)).map(({ key }) => key);
  for (const name of FEEDS_KEPT) if (told.some((key) => key.startsWith(feedPrefix(name, tenant)))) addTombstone(feed, name, event);
  const others = feed.rows.filter(({ value }) => (value as FeedRow).tombstone === true || (value as FeedRow).patientId !== data.patientId);
  return {
    put: [...put, ...groups, ...others, ...withoutDesignations(event, rows)],
    remove: [...remove, ...told, patientAuthorityKey(tenant, data.patientId)],
  };
}

function addTombstone(feed: FeedItems, name: KeptFeed, { id, recordedAt, data: { patientId } }: Forgetting): void {
  feed.addTombstone(name, patientId, { patientId, orderId: id, orderedAt: recordedAt });
}

/** Whom to believe of the patient, once that was to begin or end, is not waited for any more. */
function withoutDesignations({ tenant, data }: Forgetting, rows: RowView): Changes['put'] {
  const known = authorityIn(rows, tenant);
  const ahead = known.ahead.filter(({ patientId }) => patientId !== data.patientId);
  return ahead.length === known.ahead.length ? [] : putAuthority(tenant, { ...known, ahead }).put;
}
