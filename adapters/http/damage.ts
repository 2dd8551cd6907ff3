import type { FastifyRequest } from 'fastify';
import type { Unreadable } from '../../domain/record/unreadable.js';
import type { Services } from './services.js';

/** Of one answer; the rest of a folder full of damage is told by its number. */
const NAMED_AT_MOST = 20;

/** How many events of an answer could not be opened: for pages without a place of their own to say it. */
export function damageHeaders(unreadable: readonly Unreadable[]): Readonly<Record<string, string>> {
  const { length } = eventsOf(unreadable);
  return length === 0 ? {} : { 'unreadable-events': String(length) };
}

/** What the audit says of an answer that left although something of it could not be opened. */
export function damageCode([first]: readonly Unreadable[]): Unreadable['code'] | null {
  return first?.code ?? null;
}

/** Somebody has to mend it: each answer that is not whole is a line of the log, with ids and no content, and counted. */
export function reportDamage({ metrics }: Pick<Services, 'metrics'>, request: FastifyRequest, unreadable: readonly Unreadable[]): void {
  if (unreadable.length === 0) return;
  const events = eventsOf(unreadable);
  for (const { code } of events) metrics.unreadable.inc({ code });
  const { correlationId, routeOptions, log } = request;
  const named = events.slice(0, NAMED_AT_MOST).map(({ code, eventId, stream }) => ({ code, eventId, stream }));
  log.error({ correlationId, route: routeOptions.url, unreadable: events.length, events: named }, 'answered without content that cannot be opened');
}

/** Each once: the elements of a person are one event. */
function eventsOf(unreadable: readonly Unreadable[]): Unreadable[] {
  return [...new Map(unreadable.map((one) => [one.eventId, one])).values()];
}
