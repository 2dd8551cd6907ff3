import { categoryOf } from '../domain/identity/category.js';
import type { Units } from '../domain/identity/units.js';
import { dateFault, validTimeOf } from '../domain/identity/valid-time.js';
import { canonicalJson } from '../domain/json/canonical.js';
import { contentParts } from '../domain/phi/content-parts.js';
import type { Assertion } from '../domain/record/decide.js';
import { recordKeyOf } from '../domain/record/record-key.js';
import { type Rejection, reject } from '../domain/rejections.js';
import type { ValidTime } from '../schemas/event.js';
import type { BlindStatement } from '../schemas/events/statement.js';
import { type Category, isStateCategory } from '../schemas/phi/categories.js';
import { blindStatements, type WrittenResource } from './blind-statements.js';
import { instantOf } from './instant.js';
import type { Clock, Ids, KeyRing } from './ports.js';
import { translate } from './translated-statements.js';

export { recordKeyOf } from '../domain/record/record-key.js';
export type { WrittenResource } from './blind-statements.js';

export interface Said {
  readonly patientId: string;
  readonly ring: KeyRing;
  readonly source: string;
  readonly sourceRecordId: string;
  readonly sourceVersion: string | null;
  readonly effectiveAt: string | null;
  readonly resource: WrittenResource;
  /** Who answers for the patient where they were merged into another. */
  readonly toward?: { readonly patientId: string; readonly ring: KeyRing } | null;
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
export function assertionOf(deps: { ids: Ids; clock: Clock; units: Units }, said: Said): Assertion | Rejection {
  const { ring, resource, source } = said;
  const category = categoryOf(resource.parsed);
  const validTime = timeOf(said, category, deps.clock.now());
  if ('kind' in validTime) return validTime;
  const recordKey = recordKeyOf(ring, source, said.sourceRecordId);
  const statements = blindStatements(ring, resource, category, deps.units);
  const translation = translationOf(deps, said, { recordKey, category, statements });
  return {
    patientId: said.patientId,
    source,
    recordKey,
    sourceVersion: said.sourceVersion,
    category,
    resourceType: resource.parsed.resourceType,
    contentToken: ring.blind('content', `${said.effectiveAt ?? ''}|${canonicalJson(resource.parsed)}`),
    statements,
    validTime,
    content: contentParts({ sourceRecordId: said.sourceRecordId, text: resource.text, parsed: resource.parsed, category }),
    newAssertionId: deps.ids.next(),
    ...(translation === null ? {} : { translation }),
  };
}

/** One append takes 1 MiB on every store; content grows by a third when it is sealed and encoded. */
const NAMES_AT_MOST_BYTES = 100_000;

/**
 * What the statements are called under the survivor's key, if the patient was merged. Where these are too many names to go
 * with the event into one append, they follow it (`keepTranslated`).
 */
function translationOf(
  deps: { ids: Ids; units: Units },
  { source, resource, toward = null }: Said,
  made: { recordKey: string; category: Category; statements: BlindStatement[] },
): NonNullable<Assertion['translation']> | null {
  if (toward === null || JSON.stringify(made.statements).length > NAMES_AT_MOST_BYTES / 2) return null;
  const eventId = deps.ids.next();
  const under = blindStatements(toward.ring, resource, made.category, deps.units);
  return { toward: toward.patientId, eventId, statements: translate({ eventId, source, recordKey: made.recordKey }, made.statements, under) };
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
