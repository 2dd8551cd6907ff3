import type { EventPage, EventReader } from '../../domain/log.js';
import { openContent } from '../../domain/record/content.js';
import { damageBehind, openWith, ringsOf, type Unreadable } from '../../domain/record/unreadable.js';
import type { Vault } from '../../domain/rings.js';
import type { EventOf, EventType, Recorded } from '../../schemas/catalogue.js';
import type { KeptFeed } from '../resolutions/rows.js';
import { TOMBSTONE_TYPE } from './kept-feeds.js';
import { notShown, type StatementShown } from './opener.js';
import { type JsonText, withContent } from './record-json.js';

interface Feed<Types> {
  readonly description: string;
  /** A feed of the log: it, narrowed to these types. Null: what the read model `resolutions` noticed. */
  readonly types: Types;
}

const FACT_EVENTS = ['fact-recorded', 'fact-corrected', 'fact-retracted', 'patient-erased'] as const;
const PATIENT_EVENTS = ['patient-registered', 'demographics-updated', 'patient-erased'] as const;

/** Each is about one patient. */
type FeedEvent = EventOf<(typeof FACT_EVENTS)[number] | (typeof PATIENT_EVENTS)[number]>;
export type LogFeed = 'facts' | 'patients';

/** What consumers can subscribe to, each narrowed to the reader's tenant. */
export const FEEDS: Readonly<Record<LogFeed, Feed<readonly EventType[]>> & Record<KeptFeed, Feed<null>>> = {
  facts: {
    description: 'Every clinical fact recorded, corrected or retracted, with its content.',
    types: FACT_EVENTS,
  },
  patients: {
    description: 'Every patient registered, and every change of demographics, with its content.',
    types: PATIENT_EVENTS,
  },
  'record-changes': {
    description: 'Every change of what the record shows: which fact or element, from which statement to which, and why. Without content.',
    types: null,
  },
  conflicts: {
    description: 'Every turn of a conflict: opened, changed, ruled, settled, reopened, closed. Without content.',
    types: null,
  },
};

export type FeedName = keyof typeof FEEDS;

export function isFeed(name: string): name is FeedName {
  return Object.hasOwn(FEEDS, name);
}

export interface FeedPage {
  readonly items: readonly { readonly position: string; readonly json: JsonText }[];
  /** Where to go on; the items' last, or further when nothing of the tenant came after them. */
  readonly through: string | null;
  readonly end: boolean;
  readonly patients: readonly string[];
  readonly categories: readonly string[];
  readonly opened: number;
  /** Items that are told without their content, because nobody can open it. */
  readonly unreadable: readonly Unreadable[];
}

/** One page of a feed: at least once, in the order of the log, each item with the event's id, which never changes. */
export async function readFeed(
  deps: { store: EventReader; vault: Vault },
  options: { feed: LogFeed; tenant: string; after: string | null; limit: number },
): Promise<FeedPage> {
  const page = await deps.store.readAll({ after: options.after, limit: options.limit, types: FEEDS[options.feed].types });
  return feedPage(deps, page, options.tenant);
}

/**
 * A page of the log as a page of a tenant's feed. Of an erased patient nothing is said but that they were. What is damaged is told
 * and marked: one event that cannot be opened must not hold up all that come after it.
 */
export async function feedPage(deps: { vault: Vault }, page: EventPage, tenant: string): Promise<FeedPage> {
  const ofTenant = page.events.filter(({ event }) => event.tenant === tenant) as readonly Recorded<FeedEvent>[];
  const contents = await Promise.all(ofTenant.map(({ event }) => contentOf(deps.vault, event)));
  const items = ofTenant.flatMap((recorded, nth) => {
    const content = contents[nth];
    return content === undefined ? [] : [{ recorded, content }];
  });
  const own = items.map(({ recorded: { event } }) => event);
  return {
    items: items.map(({ recorded, content }) => ({ position: recorded.position, json: itemJson(recorded, content) })),
    through: page.through,
    end: page.end,
    patients: distinct(own.map(({ data }) => data.patientId)),
    categories: distinct(own.flatMap(({ data }) => ('category' in data ? [data.category] : []))),
    opened: items.reduce((sum, { content }) => sum + (content?.opened ?? 0), 0),
    unreadable: items.flatMap(({ content }) => content?.unreadable ?? []),
  };
}

/** A CloudEvents 1.0 envelope in structured JSON mode, the resource spliced in as the source wrote it. */
function itemJson({ event, position, revision }: Recorded<FeedEvent>, content: StatementShown | null): JsonText {
  const said = { ...saidOn(event), source: event.source?.id ?? null, validTime: event.validTime, purpose: event.purpose, revision, position };
  const head = JSON.stringify({
    specversion: '1.0',
    id: event.id,
    // What is told of an erasure is less than the event holds, and did not change with it.
    type: event.type === 'patient-erased' ? TOMBSTONE_TYPE : `clinical-ledger.${event.type}.v${event.version}`,
    source: `/tenants/${event.tenant}/sources/${event.source?.id ?? 'ledger'}`,
    subject: event.data.patientId,
    time: event.recordedAt,
    datacontenttype: 'application/json',
    correlationid: event.correlationId,
  });
  return `${head.slice(0, -1)},"data":${content === null ? JSON.stringify(said) : withContent(said, content)}}`;
}

/** What a consumer is told of an event: no keyed hashes, and of an erasure that it is so, and since when. */
function saidOn(event: FeedEvent): Record<string, unknown> {
  if (event.type === 'patient-erased') {
    const { patientId, orderId, orderedAt, verifiedAt } = event.data;
    return { patientId, orderId, orderedAt, verifiedAt };
  }
  const { statements: _, contentToken: __, ...said } = event.data as Record<string, unknown>;
  return said;
}

/** Null when there is nothing to open, as of a retraction; undefined for what is not told, since the patient was erased. */
async function contentOf(vault: Vault, event: FeedEvent): Promise<StatementShown | null | undefined> {
  const { type, tenant, id: eventId, stream, sealed, data } = event;
  if (type === 'patient-erased') return null;
  const rings = ringsOf(vault, tenant);
  try {
    return await openWith(
      (read) => rings(data.patientId, read),
      async (ring) => (sealed.length === 0 ? null : openContent(ring, sealed, { stream, eventId })),
    );
  } catch (fault) {
    const code = await damageBehind(fault, () => vault.tenantRing(tenant, 'anew'));
    return sealed.length === 0 ? null : notShown({ code, eventId, stream });
  }
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}
