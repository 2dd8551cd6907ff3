import { randomUUID } from 'node:crypto';
import * as assert from 'uvu/assert';
import type { AppendResult, EventStore, ExpectedRevision } from '../../../commands/ports.js';
import { LedgerFault } from '../../../domain/rejections.js';
import type { EventType, LedgerEvent, Recorded } from '../../../schemas/catalogue.js';
import { factsFor, tenantOf } from '../../support/events.js';

export type Appended = Extract<AppendResult, { kind: 'appended' }>;

/** A tenant that no other test, and no earlier run on the same log, has used. */
export function freshTenant(): string {
  return `t${randomUUID().replaceAll('-', '').slice(0, 20)}`;
}

export function freshStream(tenant = freshTenant()): string {
  return `${tenant}.patient-${randomUUID()}`;
}

export async function appended(store: EventStore, stream: string, expected: ExpectedRevision, events: readonly LedgerEvent[]): Promise<Appended> {
  const result = await store.append(stream, expected, events);
  assert.is(result.kind, 'appended', `${expected} on ${stream} gives ${JSON.stringify(result)}`);
  return result as Appended;
}

/** Appends `count` facts in appends of `size`; gives them in order. */
export async function filled(store: EventStore, stream: string, count: number, size = 1): Promise<LedgerEvent[]> {
  const events = factsFor(stream, count);
  for (let from = 0; from < count; from += size) await appended(store, stream, from === 0 ? 'none' : from - 1, events.slice(from, from + size));
  return events;
}

export function idsOf(recorded: readonly Recorded[]): string[] {
  return recorded.map(({ event }) => event.id);
}

export function ofTenant(recorded: readonly Recorded[], tenant: string): Recorded[] {
  return recorded.filter(({ event }) => tenantOf(event.stream) === tenant);
}

/** Everything after a position, page by page, until the end is met. */
export async function readOn(
  store: EventStore,
  after: string | null,
  limit: number,
  types?: readonly EventType[],
): Promise<{ events: Recorded[]; through: string | null }> {
  const events: Recorded[] = [];
  let through = after;
  for (;;) {
    const page = await store.readAll({ after: through, limit, ...(types === undefined ? {} : { types }) });
    assert.ok(page.events.length <= limit, `a page of ${page.events.length} where ${limit} is the limit`);
    events.push(...page.events);
    through = page.through ?? through;
    if (page.end) return { events, through };
  }
}

export async function faultOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (fault) {
    if (fault instanceof LedgerFault) return fault.code;
    throw fault;
  }
  return 'no fault';
}

/** Fails by name instead of hanging. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
