/** What every EventStoreDB takes in one append; whoever joins events to one append should stay below. */
export const MAX_APPEND_BYTES = 1024 * 1024;

/** What a server takes at most, when its `MaxAppendSize` is set to that (before 25.1 it is 1 MiB unless set). */
const SERVER_APPEND_BYTES_AT_MOST = 16 * 1024 * 1024 - 10_000;

export interface EventStoreDbLimits {
  /** What one append may weigh: data, metadata and type names together. Above its own limit the server refuses it too. */
  readonly maxAppendBytes: number;
  /** Appends on their way at once; one more is `overloaded`. */
  readonly inFlightAtMost: number;
  readonly inFlightBytesAtMost: number;
  /** How long to wait for a connection, discovery of the leader included. */
  readonly connectTimeoutMs: number;
  /** How long to wait for one answer before the identical call is repeated. The server's own write timeout is 2 s. */
  readonly attemptTimeoutMs: number;
  /** How long one call may take, repeats included. */
  readonly deadlineMs: number;
  /** How often a waiting subscriber looks for itself, whatever the server announces. */
  readonly pollMs: number;
}

export const LIMITS: EventStoreDbLimits = {
  maxAppendBytes: SERVER_APPEND_BYTES_AT_MOST,
  inFlightAtMost: 512,
  inFlightBytesAtMost: 64 * 1024 * 1024,
  connectTimeoutMs: 2000,
  attemptTimeoutMs: 3000,
  deadlineMs: 10_000,
  pollMs: 1000,
};

/** Pause before repeat number `attempt` (0, 1, 2 …): doubling, with jitter, so that many callers do not come back as one. */
export function pauseMs(attempt: number): number {
  return Math.min(1000, 50 * 2 ** attempt) * (0.5 + Math.random() / 2);
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
