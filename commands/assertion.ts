import { categoryOf } from '../domain/identity/category.js';
import { statementsOf } from '../domain/identity/statements.js';
import { dateFault, validTimeOf } from '../domain/identity/valid-time.js';
import { canonicalJson } from '../domain/json/canonical.js';
import type { JsonObject } from '../domain/json/json-value.js';
import type { Assertion } from '../domain/record/decide.js';
import { type Rejection, reject } from '../domain/rejections.js';
import type { ValidTime } from '../schemas/event.js';
import { isStateCategory } from '../schemas/phi/categories.js';
import { instantOf } from './instant.js';
import type { Clock, Ids, KeyRing } from './ports.js';

/** A FHIR R4 resource as it came: parsed for reading, and as the source wrote it for keeping. */
export interface WrittenResource {
  readonly parsed: JsonObject & { readonly resourceType: string };
  readonly text: string;
}

export interface Said {
  readonly patientId: string;
  readonly ring: KeyRing;
  readonly source: string;
  readonly sourceRecordId: string;
  readonly sourceVersion: string | null;
  readonly effectiveAt: string | null;
  readonly resource: WrittenResource;
}

/** How far ahead of us a source's clock may be. What has happened cannot lie further in the future than that. */
const CLOCK_TOLERANCE_MS = 24 * 3600 * 1000;
const EARLIEST = '1850-01-01T00:00:00.000Z';
/** Plans, orders and cover may begin in the future. */
const MAY_LIE_AHEAD: ReadonlySet<string> = new Set([
  'orders',
  'care-plans',
  'coverage',
  'encounters',
  'medications',
  'financial',
  'administrative',
  'consents',
  'other',
]);

/** Turns what a source says into an assertion: words become keyed hashes under the patient's own key, the content stays as written. */
export function assertionOf(deps: { ids: Ids; clock: Clock }, said: Said): Assertion | Rejection {
  const { ring, resource, source } = said;
  const category = categoryOf(resource.parsed);
  const validTime = timeOf(said, category, deps.clock.now());
  if ('kind' in validTime) return validTime;
  return {
    patientId: said.patientId,
    source,
    recordKey: recordKeyOf(ring, source, said.sourceRecordId),
    sourceVersion: said.sourceVersion,
    category,
    resourceType: resource.parsed.resourceType,
    contentToken: ring.blind('content', `${said.effectiveAt ?? ''}|${canonicalJson(resource.parsed)}`),
    statements: statementsOf(resource.parsed, category).map(({ element, identity, value }) => ({
      element,
      identity: identity.map((text) => ring.blind('identity', text)),
      value: ring.blind('value', value),
    })),
    validTime,
    text: sealedText(said.sourceRecordId, resource.text),
    newAssertionId: deps.ids.next(),
  };
}

export function recordKeyOf(ring: KeyRing, source: string, sourceRecordId: string): string {
  return ring.blind('record', `${source}|${sourceRecordId}`);
}

/** What is sealed: the source's record id, which may identify a person, and the resource byte for byte. */
function sealedText(sourceRecordId: string, resourceText: string): string {
  return `{"sourceRecordId":${JSON.stringify(sourceRecordId)},"resource":${resourceText}}`;
}

function timeOf(said: Said, category: ReturnType<typeof categoryOf>, now: string): ValidTime | Rejection {
  const fault = dateFault(said.resource.parsed);
  if (fault !== null) return reject('invalid-date', [{ pointer: `/resource${fault.path}`, rule: fault.reason }]);
  const stated = validTimeOf(said.resource.parsed);
  const from = said.effectiveAt === null ? stated.from : instantOf(said.effectiveAt);
  if (from === undefined) return reject('invalid-date', [{ pointer: '/effectiveAt', rule: 'real-instant' }]);
  const to = stated.to;
  if (from !== null && from < EARLIEST) return reject('invalid-date', [{ pointer: '/resource', rule: 'not-before-1850' }]);
  const ahead = !MAY_LIE_AHEAD.has(category) && !isStateCategory(category);
  const limit = new Date(Date.parse(now) + CLOCK_TOLERANCE_MS).toISOString();
  if (from !== null && ahead && from > limit) return reject('invalid-date', [{ pointer: '/resource', rule: 'not-in-the-future' }]);
  return { from, to };
}
