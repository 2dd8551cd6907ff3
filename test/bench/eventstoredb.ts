import { randomBytes, randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent, NO_STREAM } from '@eventstore/db-client';

/**
 * The bare client's single appends, so many in flight, each writer on a stream of its own with explicit revisions. Their type is
 * none of the catalogue: an event of ours that cannot be read would stop every ledger on that server.
 */
export async function eventStoreDbAppendsPerSecond(url: string, inFlight: number, bytes: number, durationMs: number): Promise<number> {
  const client = EventStoreDBClient.connectionString(url);
  const box = randomBytes(bytes).toString('base64url').slice(0, bytes);
  let done = 0;
  const begin = performance.now() + durationMs / 5;
  const end = begin + durationMs;
  const write = async () => {
    const stream = `bench.raw-${randomUUID()}`;
    for (let revision: bigint | typeof NO_STREAM = NO_STREAM; performance.now() < end; revision = revision === NO_STREAM ? 0n : revision + 1n) {
      await client.appendToStream(stream, jsonEvent({ type: 'bench-appended', data: { box } }), { expectedRevision: revision });
      const now = performance.now();
      if (now >= begin && now < end) done += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, write));
  await client.dispose();
  return (done * 1000) / durationMs;
}
