import type { SealedPart, ValidTime } from '../event.js';
import type { SettlementDecision } from '../events/conflict-settled.js';
import type { Standing } from '../events/statement.js';

/** What a statement is called under one patient's naming key. */
export interface Names {
  readonly identity: readonly string[];
  readonly value: string;
  readonly precision: readonly string[];
  readonly codes: readonly string[];
  readonly ranges: readonly string[];
  readonly asserts: readonly string[];
  readonly contradicts: readonly string[];
}

/** A live version of a source record: what the source says now. Its own names are under the key of the patient it came to. */
export interface Head extends Names {
  readonly eventId: string;
  readonly eventType: string;
  readonly category: string;
  readonly resourceType: string;
  readonly position: string;
  readonly revision: number;
  readonly recordedAt: string;
  readonly sourceVersion: string | null;
  readonly validTime: ValidTime;
  readonly contentToken: string;
  readonly standing: Standing | null;
  readonly stream: string;
  readonly sealed: readonly SealedPart[];
  /** Its names under the keys of patients that its own was merged into, by patient id. */
  readonly translations?: Readonly<Record<string, Names>>;
}

/** A version that something took the place of: a reference, its content is in the history. */
export interface PastVersion {
  readonly eventId: string;
  readonly eventType: string;
  readonly position: string;
  readonly recordedAt: string;
}

/** A steward's settlement, as each statement that it judged keeps it. */
export interface Judgement {
  readonly settlement: string;
  /** The patient whose record was read then, and in whose stream it stands: after an unmerge it holds for their group only. */
  readonly patientId: string;
  readonly version: number;
  readonly position: string;
  readonly recordedAt: string;
  readonly subject: string;
  readonly decision: SettlementDecision;
  readonly chosen: string | null;
  /** The version of this statement that was judged, and which of the facts it was put with. */
  readonly eventId: string;
  readonly group: number;
  /** How many statements were judged with it, itself included, and how many facts they were put into: the event names them all. */
  readonly statements: number;
  readonly groups: number;
  readonly reason: string;
  /** True once a steward has taken it back. */
  readonly withdrawn: boolean;
}

/** One source record's statement on one thing, over all its versions. */
export interface Assertion {
  readonly assertionId: string;
  /** The patient whose stream it came to; of merged patients not always the fact's. */
  readonly patientId: string;
  readonly source: string;
  readonly recordKey: string;
  /** Of the live version that goes first; of the last one when none is live. */
  readonly category: string;
  readonly element: string | null;
  readonly part: string | null;
  readonly resourceType: string;
  heads: Head[];
  highest: string[];
  past: PastVersion[];
  retraction: (PastVersion & { readonly reason: string }) | null;
  judgements: Judgement[];
}

/** All assertions that speak of the same thing. Which one is believed is decided when it is read. */
export interface Fact {
  readonly factId: string;
  readonly tenant: string;
  /** The survivor, where patients were merged. */
  readonly patientId: string;
  /** The patient, and all whom they are one with. */
  readonly members: readonly string[];
  readonly category: string;
  readonly element: string | null;
  readonly assertions: Assertion[];
  /** True where two of its statements, or one and another fact's, share a name but were kept apart. */
  readonly cut: boolean;
}
