import type { SealedPart, ValidTime } from '../event.js';

/** A live version of a source record: what the source says now. */
export interface Head {
  readonly eventId: string;
  readonly eventType: string;
  readonly position: string;
  readonly revision: number;
  readonly recordedAt: string;
  readonly sourceVersion: string | null;
  readonly validTime: ValidTime;
  readonly contentToken: string;
  readonly identity: readonly string[];
  readonly value: string;
  readonly stream: string;
  readonly sealed: SealedPart;
}

/** A version that something took the place of: a reference, its content is in the history. */
export interface PastVersion {
  readonly eventId: string;
  readonly eventType: string;
  readonly position: string;
  readonly recordedAt: string;
}

/** One source record's statement on one thing, over all its versions. */
export interface Assertion {
  readonly assertionId: string;
  readonly source: string;
  readonly recordKey: string;
  readonly category: string;
  readonly element: string | null;
  readonly resourceType: string;
  heads: Head[];
  highest: string[];
  past: PastVersion[];
  retraction: (PastVersion & { readonly reason: string }) | null;
}

/** All assertions that speak of the same thing. Which one is believed is decided when it is read. */
export interface Fact {
  readonly factId: string;
  readonly tenant: string;
  readonly patientId: string;
  readonly category: string;
  readonly element: string | null;
  readonly assertions: Assertion[];
}
