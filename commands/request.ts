import type { Rejection } from '../domain/rejections.js';
import type { Actor } from '../schemas/event.js';

/** Who asks, for which tenant and why: from the verified token, never from a body. */
export interface Caller {
  readonly tenant: string;
  readonly actor: Actor;
  readonly purpose: string;
}

/** One command as it came in, checked against its schema. */
export interface CommandRequest<Body> {
  readonly caller: Caller;
  readonly body: Body;
  /** The whole command as the caller wrote it: what an Idempotency-Key stands for. */
  readonly text: string;
  readonly idempotencyKey: string | null;
  /** Revision the caller saw (`If-Match`): then a lost race is refused and not decided again. */
  readonly expected: number | null;
  readonly correlationId: string;
  /** The change of which this is the effect, once it was approved; null for what a caller sends by themselves. */
  readonly approval: string | null;
  /** The event that gave the effect its force; absent when the caller's own request did. */
  readonly causationId?: string;
}

/** Proof of what happened, and where to find it. */
export interface Receipt {
  readonly eventIds: readonly string[];
  readonly stream: string;
  /** Revision of the command's last event in its stream. */
  readonly revision: number;
  /** Global position at which the last event can be read: what `Minimum-Position` takes. */
  readonly position: string;
  /** Number of the last event in the log from 0; null where the store keeps no dense number. */
  readonly logIndex: number | null;
}

export type Outcome =
  | {
      readonly kind: 'done';
      readonly receipt: Receipt;
      readonly repeated: boolean;
      readonly patientId?: string;
      readonly changeId?: string;
      readonly amendmentId?: string;
    }
  | Rejection;
