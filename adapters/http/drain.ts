import type { IncomingMessage } from 'node:http';

const DRAINED_AT_MOST_BYTES = 32 * 1024 * 1024;
const DRAINED_WITHIN_MS = 5000;

/**
 * Takes and drops what a client is still sending, up to a bound. Most clients do not listen before they have sent
 * everything: closing on them would break the connection and they would never hear why they were refused.
 */
export function drain(request: IncomingMessage): Promise<void> {
  if (request.readableEnded || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let size = 0;
    const done = () => {
      clearTimeout(timer);
      request.off('data', take);
      resolve();
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > DRAINED_AT_MOST_BYTES) done();
    };
    const timer = setTimeout(done, DRAINED_WITHIN_MS);
    request.on('data', take).once('end', done).once('close', done).resume();
  });
}
