import type { EventPage, EventReader } from '../../domain/log.js';
import { openContent } from '../../domain/record/content.js';
import type { Vault } from '../../domain/rings.js';
import { type EventType, type LedgerEvent, patientsOf, type Recorded } from '../../schemas/catalogue.js';
import { type JsonText, withContent } from './record-json.js';

export interface Feed {
  readonly description: string;
  /** A feed of the log: it, narrowed to these types. Null: what the read model `resolutions` noticed. */
  readonly types: readonly EventType[] | null;
}

/** What consumers can subscribe to, each narrowed to the reader's tenant. */
export const FEEDS: Readonly<Record<string, Feed>> = {
  facts: {
    description: 'Every clinical fact recorded, corrected or retracted, with its content.',
    types: ['fact-recorded', 'fact-corrected', 'fact-retracted', 'patient-erased'],
  },
  patients: {
    description: 'Every patient registered, and every change of demographics, with its content.',
    types: ['patient-registered', 'demographics-updated', 'patient-erased'],
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

/** A page of the log as a page of a tenant's feed. Of an erased patient nothing is said but that they were. */
export async function feedPage(deps: { vault: Vault }, page: EventPage, tenant: string): Promise<FeedPage> {
  const ofTenant = page.events.filter(({ event }) => event.tenant === tenant);
  const shown = await Promise.all(ofTenant.map(({ event }) => isShown(deps.vault, event)));
  const own = ofTenant.filter((_, nth) => shown[nth]);
  const items = await Promise.all(own.map((recorded) => itemOf(deps.vault, recorded)));
  return {
    items: items.map(({ position, json }) => ({ position, json })),
    through: page.through,
    end: page.end,
    patients: distinct(own.flatMap(({ event }) => patientsOf(event))),
    categories: distinct(own.map(({ event }) => ('category' in event.data ? event.data.category : ''))),
    opened: items.reduce((sum, { opened }) => sum + opened, 0),
  };
}

/** A CloudEvents 1.0 envelope in structured JSON mode, the resource spliced in as the source wrote it. */
async function itemOf(vault: Vault, { event, position, revision }: Recorded): Promise<{ position: string; json: JsonText; opened: number }> {
  const said = saidOn(event);
  const data = JSON.stringify({ ...said, source: event.source?.id ?? null, validTime: event.validTime, purpose: event.purpose, revision, position });
  const { content, opened } = await contentOf(vault, event);
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
  return { position, json: `${head.slice(0, -1)},"data":${data.slice(0, -1)}${content}}}`, opened };
}

/** What a consumer is told of an event: no keyed hashes, and of an erasure that it is so, and since when. */
function saidOn(event: LedgerEvent): Record<string, unknown> {
  if (event.type === 'patient-erased') {
    const { patientId, orderId, orderedAt, verifiedAt } = event.data;
    return { patientId, orderId, orderedAt, verifiedAt };
  }
  const { statements: _, contentToken: __, ...said } = event.data as Record<string, unknown>;
  return said;
}

async function isShown(vault: Vault, { type, tenant, data }: LedgerEvent): Promise<boolean> {
  if (type === 'patient-erased' || !('patientId' in data) || data.patientId === null) return true;
  return (await vault.patientRing(tenant, data.patientId)) !== undefined;
}

const NOTHING = { content: '', opened: 0 };

/** Empty when there is nothing to open: a retraction has no content, and an erased patient has no keys. */
async function contentOf(vault: Vault, event: Recorded['event']): Promise<{ content: string; opened: number }> {
  if (event.sealed.length === 0 || !('patientId' in event.data) || event.data.patientId === null) return NOTHING;
  const ring = await vault.patientRing(event.tenant, event.data.patientId);
  if (ring === undefined) return NOTHING;
  const shown = await openContent(ring, event.sealed, { stream: event.stream, eventId: event.id });
  return { content: `,${withContent({}, shown).slice(1, -1)}`, opened: shown.opened };
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].filter((value) => value !== '');
}
