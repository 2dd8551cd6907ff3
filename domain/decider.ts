import type { EventOf, EventType, LedgerEvent } from '../schemas/catalogue.js';
import type { SourceOfEvent, ValidTime } from '../schemas/event.js';
import type { Rejection } from './rejections.js';

/** An event as a decision makes it: what is said, without who and when, and with its content still to be sealed. */
export type Draft = { [T in EventType]: DraftOf<T> }[EventType];

export interface DraftOf<T extends EventType> {
  /** Given when another draft of the same decision names this event; random otherwise. */
  readonly id?: string;
  readonly type: T;
  readonly data: EventOf<T>['data'];
  readonly source: SourceOfEvent | null;
  readonly validTime: ValidTime;
  /** Clear text to be sealed before it goes anywhere. The decision never looks into it. */
  readonly content: ClearContent | null;
}

/** Clear text, and the key scope that it is sealed under. */
export interface ClearPart {
  readonly scope: string;
  readonly text: string;
}

export interface ClearContent extends ClearPart {
  /** What was cut out of the text because it belongs to other scopes: one part a scope. */
  readonly cut?: readonly ClearPart[];
}

/** The same was asked before: nothing new happens, the answer is the first one. */
export interface Repeat {
  readonly kind: 'repeat';
  readonly eventId: string;
  readonly revision: number;
}

export interface Accept {
  readonly kind: 'accept';
  readonly drafts: readonly Draft[];
}

export type Decision = Accept | Repeat | Rejection;

/**
 * A noun's behaviour. `decide` is pure. `evolve` may change the state it is given and returns it: states are owned by
 * whoever folds them, and a patient's can hold thousands of entries, too many to copy for each event.
 */
export interface Decider<State, Command> {
  initial(): State;
  evolve(state: State, event: LedgerEvent, revision: number): State;
  decide(state: State, command: Command): Decision;
}

export const TIMELESS: ValidTime = { from: null, to: null };

export function accept(...drafts: Draft[]): Accept {
  return { kind: 'accept', drafts };
}
