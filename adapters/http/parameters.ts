import { type Rejection, reject } from '../../domain/rejections.js';
import type { KnownAt } from '../../projections/reading/as-of.js';
import { type Category, isCategory } from '../../schemas/phi/categories.js';

export type Query = Readonly<Record<string, unknown>>;

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** An id of another form is nobody's: it is asked for as such, and found unknown. */
export function idOf(text: string): string {
  return isUuid(text) ? text : '00000000-0000-0000-0000-000000000000';
}

export function isRejection<T extends object>(value: T | Rejection | string | number | null): value is Rejection {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'rejected';
}

/** Parameters that nobody reads are a mistake of the caller's that would otherwise go unnoticed. */
export function refuseUnknown(query: Query, known: readonly string[]): Rejection | null {
  const unknown = Object.keys(query).some((name) => !known.includes(name));
  const repeated = Object.values(query).some((value) => typeof value !== 'string');
  if (!unknown && !repeated) return null;
  return reject('invalid-parameter', [{ pointer: '', rule: unknown ? 'unknown-parameter' : 'repeated-parameter', expected: known.join(', ') }]);
}

export function categoryFrom(query: Query): Category | null | Rejection {
  const text = query['category'];
  if (text === undefined) return null;
  return typeof text === 'string' && isCategory(text) ? text : bad('category', 'category');
}

/** RFC 3339 with an offset, or a date, which stands for its first instant in UTC. */
export function instantFrom(query: Query, name: string): string | null | Rejection {
  const text = query[name];
  if (text === undefined) return null;
  return (typeof text === 'string' ? instantOf(text) : null) ?? bad(name, 'RFC 3339 date-time');
}

function instantOf(text: string): string | null {
  // A plus sign in a query string arrives as a space.
  const repaired = text.replace(' ', '+');
  if (!INSTANT.test(repaired) && !DATE.test(repaired)) return null;
  const ms = Date.parse(repaired);
  const day = repaired.slice(0, 10);
  // `Date.parse` takes the 30th of February for the 2nd of March.
  const real = !Number.isNaN(ms) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  const instant = real ? new Date(ms).toISOString() : '';
  return /^\d{4}-/.test(instant) ? instant : null;
}

/** A recorded time, or a position of the log. */
export function knownAtFrom(query: Query): KnownAt | null | Rejection {
  const text = query['knownAt'];
  if (text === undefined) return null;
  if (typeof text !== 'string' || text === '') return bad('knownAt', 'RFC 3339 date-time or position');
  const time = instantOf(text);
  if (time !== null) return { time };
  return /^\d{4}-/.test(text) ? bad('knownAt', 'RFC 3339 date-time or position') : { position: text };
}

/** What of a record is asked for, and as it stood when. */
export interface View {
  readonly category: Category | null;
  readonly validAt: string | null;
  readonly knownAt: KnownAt | null;
}

export function viewFrom(query: Query): View | Rejection {
  const category = categoryFrom(query);
  if (isRejection(category)) return category;
  const validAt = instantFrom(query, 'validAt');
  if (isRejection(validAt)) return validAt;
  const knownAt = knownAtFrom(query);
  if (isRejection(knownAt)) return knownAt;
  return { category, validAt, knownAt };
}

export function limitFrom(query: Query, initial: number, most: number): number | Rejection {
  const text = query['limit'];
  if (text === undefined) return initial;
  const limit = typeof text === 'string' && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= most ? limit : bad('limit', `1 to ${most}`);
}

/** Cursors are opaque to callers; ours carry what to go on after and what list they belong to. */
export function cursorOf(list: string, after: string): string {
  return Buffer.from(`${list}\n${after}`).toString('base64url');
}

export function cursorFrom(query: Query, list: string): string | null | Rejection {
  const text = query['cursor'];
  if (text === undefined) return null;
  const decoded = typeof text === 'string' ? Buffer.from(text, 'base64url').toString('utf8') : '';
  return decoded.startsWith(`${list}\n`) ? decoded.slice(list.length + 1) : reject('invalid-cursor');
}

/** The cursor of a list that is paged by stream revision: where to begin. */
export function revisionFrom(query: Query, list: string): number | Rejection {
  const cursor = cursorFrom(query, list);
  if (cursor === null) return 0;
  if (isRejection(cursor)) return cursor;
  return /^\d{1,15}$/.test(cursor) ? Number(cursor) : reject('invalid-cursor');
}

export function bad(name: string, expected: string): Rejection {
  return reject('invalid-parameter', [{ pointer: `/${name}`, rule: 'form', expected }]);
}
