import type { EventPage, EventReader } from '../../domain/log.js';
import type { Vault } from '../../domain/rings.js';
import { type EventType, patientsOf, type Recorded } from '../../schemas/catalogue.js';
import { splitContent } from './content.js';
import type { JsonText } from './record-json.js';

export interface Feed {
  readonly description: string;
  /** A feed of the log: it, narrowed to these types. Null: what the read model `resolutions` noticed. */
  readonly types: readonly EventType[] | null;
}

/** What consumers can subscribe to, each narrowed to the reader's tenant. */
export const FEEDS: Readonly<Record<string, Feed>> = {
  facts: {
    description: 'Every clinical fact recorded, corrected or retracted, with its content.',
    types: ['fact-recorded', 'fact-corrected', 'fact-retracted'],
  },
  patients: {
    description: 'Every patient registered, and every change of demographics, with its content.',
    types: ['patient-registered', 'demographics-updated'],
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

export interface FeedPage {
  readonly items: readonly { readonly position: string; readonly json: JsonText }[];
  /** Where to go on; the items' last, or further when nothing of the tenant came after them. */
  readonly through: string | null;
  readonly end: boolean;
  readonly patients: readonly string[];
  readonly categories: readonly string[];
  readonly opened: number;
}

/** One page of a feed: at least once, in the order of the log, each item with the event's id, which never changes. */
export async function readFeed(
  deps: { store: EventReader; vault: Vault },
  options: { feed: string; tenant: string; after: string | null; limit: number },
): Promise<FeedPage> {
  const page = await deps.store.readAll({ after: options.after, limit: options.limit, types: feedTypes(options.feed) });
  return feedPage(deps, page, options.tenant);
}

export function feedTypes(feed: string): readonly EventType[] {
  return FEEDS[feed]?.types ?? [];
}

/** A page of the log as a page of a tenant's feed. */
export async function feedPage(deps: { vault: Vault }, page: EventPage, tenant: string): Promise<FeedPage> {
  const own = page.events.filter(({ event }) => event.tenant === tenant);
  const items = await Promise.all(own.map((recorded) => itemOf(deps.vault, recorded)));
  return {
    items: items.map(({ position, json }) => ({ position, json })),
    through: page.through,
    end: page.end,
    patients: distinct(own.flatMap(({ event }) => patientsOf(event))),
    categories: distinct(own.map(({ event }) => ('category' in event.data ? event.data.category : ''))),
    opened: items.filter(({ opened }) => opened).length,
  };
}

/** A CloudEvents 1.0 envelope in structured JSON mode, the resource spliced in as the source wrote it. */
async function itemOf(vault: Vault, { event, position, revision }: Recorded): Promise<{ position: string; json: JsonText; opened: boolean }> {
  const { statements: _, contentToken: __, ...said } = event.data as Record<string, unknown>;
  const data = JSON.stringify({ ...said, source: event.source?.id ?? null, validTime: event.validTime, purpose: event.purpose, revision, position });
  const content = await contentOf(vault, event);
  const head = JSON.stringify({
    specversion: '1.0',
    id: event.id,
    type: `clinical-ledger.${event.type}.v${event.version}`,
    source: `/tenants/${event.tenant}/sources/${event.source?.id ?? 'ledger'}`,
    subject: 'patientId' in event.data ? event.data.patientId : undefined,
    time: event.recordedAt,
    datacontenttype: 'application/json',
    correlationid: event.correlationId,
  });
  return { position, json: `${head.slice(0, -1)},"data":${data.slice(0, -1)}${content}}}`, opened: content !== '' };
}

/** Empty when there is nothing to open: a retraction has no content, and an erased patient has no keys. */
async function contentOf(vault: Vault, event: Recorded['event']): Promise<string> {
  const [sealed] = event.sealed;
  if (sealed === undefined || !('patientId' in event.data) || event.data.patientId === null) return '';
  const ring = await vault.patientRing(event.tenant, event.data.patientId);
  if (ring === undefined) return '';
  const { sourceRecordId, resource } = splitContent(await ring.open(sealed, { stream: event.stream, eventId: event.id }));
  return `,"sourceRecordId":${JSON.stringify(sourceRecordId)},"resource":${resource}`;
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].filter((value) => value !== '');
}
