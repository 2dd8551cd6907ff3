import type { Caller } from '../../commands/request.js';
import { isJsonObject, type JsonObject } from '../../domain/json/json-value.js';
import { parseLossless } from '../../domain/json/lossless.js';
import { jsonText } from '../../domain/json/write.js';
import { mayHave } from '../../domain/masking/plan.js';
import { outbound } from '../../domain/scanning/outbound.js';
import type { ScanPolicy } from '../../domain/scanning/policy.js';
import type { ScanText } from '../../domain/scanning/scan.js';
import type { FeedPage } from '../../projections/reading/feeds.js';
import { Opener } from '../../projections/reading/opener.js';
import { fhirShapes } from '../masking/shapes.js';
import { BASE64 } from '../scanning/base64.js';
import { everythingSaid, personSaid, scannerKnowing } from './known-person.js';
import type { Services } from './services.js';

const shapes = fhirShapes();
const STATEMENTS_AT_MOST = 100;

/**
 * A page of a feed as it may leave: under a policy for this reader, texts of its resources are looked through for what is known
 * of their patient and for what has the form of an identifier. Without a policy, and where nothing is found, it is the page that
 * came, to the byte.
 */
export async function lookedThrough(services: Services, caller: Caller, page: FeedPage): Promise<FeedPage> {
  const found = services.outboundPolicies.find((policy) => mayHave(policy, caller.actor.roles, caller.purpose));
  if (found === undefined || page.items.length === 0) return page;
  const { name, version, types, atLeast, action } = found;
  const policy: ScanPolicy = { name, version, rules: [{ types, atLeast, action }] };
  const scanners = new Map<string, Promise<ScanText>>();
  const scannerOf = (patientId: string) => {
    const known = scanners.get(patientId) ?? scannerFor(services, caller, patientId);
    scanners.set(patientId, known);
    return known;
  };
  const items = await Promise.all(page.items.map(async (item) => ({ ...item, json: await leaving(item.json, policy, scannerOf) })));
  return { ...page, items };
}

async function leaving(json: string, policy: ScanPolicy, scannerOf: (patientId: string) => Promise<ScanText>): Promise<string> {
  const event = parseLossless(json, 'lexeme') as JsonObject & { readonly data: JsonObject; readonly subject: string };
  const { resource } = event.data;
  if (!isJsonObject(resource)) return json;
  const last = outbound(resource, { shapes, scan: await scannerOf(event.subject), policy, base64: BASE64 });
  if (last.kind === 'pass') return last.isChanged ? jsonText({ ...event, data: { ...event.data, resource: last.resource } }) : json;
  return jsonText({ ...event, data: { ...event.data, sourceRecordId: null, resource: null, held: last.types } });
}

/** With all keys: what is known of the person has to be known to be found, whatever of it the reader may see. */
async function scannerFor(services: Services, { tenant, actor, purpose }: Caller, patientId: string): Promise<ScanText> {
  const vault = services.keys.usedBy({ subject: actor.subject, purpose, reason: 'scan-outbound' });
  const query = { tenant, patientId, category: null, conflictsOnly: false, validAt: null, knownAt: null, designationsAt: null };
  const people = await personSaid(services, { ...query, after: null, limit: STATEMENTS_AT_MOST, now: services.clock.now() });
  return scannerKnowing(await everythingSaid(people, new Opener((member) => vault.patientRing(tenant, member))));
}
