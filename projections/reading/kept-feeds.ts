import type { ReadModels } from '../ports.js';
import { FEEDS_KEPT, type FeedRow, feedKey, feedPrefix, type KeptFeed, RESOLUTIONS } from '../resolutions/rows.js';
import type { FeedName, FeedPage } from './feeds.js';

/** Place of an item in a kept feed: the position of the event that set it off, and the item's number among what that event did. */
export interface KeptPlace {
  readonly position: string;
  readonly nth: number;
}

const PLACE = /^([\d-]{1,41})\/(\d{1,10})$/;

export function isKeptFeed(feed: FeedName): feed is KeptFeed {
  return (FEEDS_KEPT as readonly string[]).includes(feed);
}

export function placeOf(text: string): KeptPlace | null {
  const [, position, nth] = PLACE.exec(text) ?? [];
  return position === undefined || nth === undefined ? null : { position, nth: Number(nth) };
}

export function placeText({ position, nth }: KeptPlace): string {
  return `${position}/${nth}`;
}

export interface KeptFeedQuery {
  readonly feed: KeptFeed;
  readonly tenant: string;
  readonly after: KeptPlace | null;
  readonly limit: number;
}

/**
 * One page of what the read model noticed, in the order of the events that set it off. New items always come after all there
 * are, and a model that is built anew keeps the same ones under the same ids: a consumer resumes by the last id it has.
 */
export async function readKeptFeed(models: Pick<ReadModels, 'byPrefix'>, query: KeptFeedQuery): Promise<FeedPage> {
  const { feed, tenant, after, limit } = query;
  const begin = after === null ? {} : { after: feedKey(feed, tenant, after.position, after.nth) };
  const rows = (await models.byPrefix(RESOLUTIONS, feedPrefix(feed, tenant), { limit, ...begin })).map(({ value }) => value as FeedRow);
  const items = rows.map((row) => ({ position: placeText(row), json: itemOf(feed, tenant, row) }));
  return {
    items,
    through: items.at(-1)?.position ?? null,
    end: rows.length < limit,
    patients: [...new Set(rows.map(({ patientId }) => patientId))],
    categories: [...new Set(rows.filter(({ tombstone }) => tombstone === undefined).map(({ category }) => category))],
    opened: 0,
    unreadable: [],
  };
}

const TYPES: Readonly<Record<KeptFeed, string>> = { 'record-changes': 'clinical-ledger.record-change.v1', conflicts: 'clinical-ledger.conflict.v1' };

/** The same on all feeds: a consumer deletes what it has of the patient (GDPR 19). */
export const TOMBSTONE_TYPE = 'clinical-ledger.patient-erased.v1';

/** A CloudEvents 1.0 envelope in structured JSON mode. */
function itemOf(feed: KeptFeed, tenant: string, { eventId, nth, patientId, time, position, data, tombstone }: FeedRow): string {
  return JSON.stringify({
    specversion: '1.0',
    id: `${eventId}/${nth}`,
    type: tombstone === undefined ? TYPES[feed] : TOMBSTONE_TYPE,
    source: `/tenants/${tenant}/${feed}`,
    subject: patientId,
    time,
    datacontenttype: 'application/json',
    data: { ...(data as object), position },
  });
}
