import { randomUUID } from 'node:crypto';
import { suite, type Test } from 'uvu';
import { EventStoreDbEventStore, type EventStoreDbLimits } from '../../../adapters/eventstoredb/event-store.js';
import { type Behaviour, FakeServer, urlOf } from './fake-server.js';
import { TcpProxy } from './tcp-proxy.js';

/** A store that reaches its server through a proxy. */
export interface FaultContext {
  server: FakeServer;
  proxy: TcpProxy;
  store: EventStoreDbEventStore;
}

/** Long enough to settle on a slow machine; what is lost on the way costs one attempt. */
export const PATIENT: Partial<EventStoreDbLimits> = { connectTimeoutMs: 1000, attemptTimeoutMs: 400, deadlineMs: 10_000, pollMs: 100 };
/** For what never comes. */
export const HASTY: Partial<EventStoreDbLimits> = { connectTimeoutMs: 300, attemptTimeoutMs: 200, deadlineMs: 1000 };
/** The hasty deadline, and what a slow machine adds to it. */
export const BOUND_MS = 5000;
export const PATIENCE_MS = 30_000;

export const writtenButSilent: Behaviour = (arrival) => void arrival.write();
export const silent: Behaviour = () => undefined;

/** Each test has a server, a proxy and a store of its own. */
export function faultSuite(name: string): Test<FaultContext> {
  const test = suite<FaultContext>(name);
  test.before.each(async (context) => {
    context.server = await FakeServer.start();
    context.proxy = await TcpProxy.to(context.server.port);
    context.store = await EventStoreDbEventStore.connect(urlOf(context.proxy.port), PATIENT);
  });
  test.after.each(async (context) => {
    await context.store.close();
    await context.proxy.close();
    context.server.stop();
  });
  return test;
}

export function freshStream(): string {
  return `test.patient-${randomUUID()}`;
}

/** Every attempt must be the first one again, to the letter. */
export function identical({ arrivals }: FakeServer): boolean {
  return new Set(arrivals.map(({ stream, expected, events }) => JSON.stringify({ stream, expected, events }))).size === 1;
}
