import { createHash } from 'node:crypto';
import * as assert from 'uvu/assert';
import type { Decider, Decision, Draft } from '../../domain/decider.js';
import type { RejectionCode } from '../../domain/rejections.js';
import type { LedgerEvent, Recorded } from '../../schemas/catalogue.js';
import { eventOf, sealedPart } from '../support/events.js';

/** What is checked of an event that a decision makes. */
export type Expected = Partial<Omit<Draft, 'data'>> & { readonly type: Draft['type']; readonly data?: Readonly<Record<string, unknown>> };

/** A keyed hash as a ring would make it, but the same for the same words. */
export function token(words: string): string {
  return createHash('sha256').update(words).digest('base64url').slice(0, 22);
}

/** A UUID that is the same for the same words. */
export function uuid(words: string): string {
  const hex = createHash('sha256').update(words).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** `given(decider, …events).when(command).thenEvents(…)`, `.thenRefused(code)` or `.thenRepeats(event)`. */
export function given<State, Command>(decider: Decider<State, Command>, ...events: readonly LedgerEvent[]) {
  const state = events.reduce((folded, event, revision) => decider.evolve(folded, event, revision), decider.initial());
  return { when: (command: Command) => outcome(decider.decide(state, command), events) };
}

function outcome(decision: Decision, before: readonly LedgerEvent[]) {
  return {
    decision,
    thenEvents: (...expected: readonly Expected[]) => {
      assert.is(decision.kind, 'accept', JSON.stringify(decision));
      const drafts = decision.kind === 'accept' ? decision.drafts : [];
      assert.equal(
        drafts.map((draft, index) => picked(draft, expected[index])),
        expected,
      );
    },
    thenRefused: (code: RejectionCode) => assert.equal(decision, { kind: 'rejected', code }),
    thenRepeats: (event: LedgerEvent) => assert.equal(decision, { kind: 'repeat', eventId: event.id, revision: before.indexOf(event) }),
  };
}

/** The parts of the draft that the expectation names. */
function picked(draft: Draft, expected: Expected | undefined): unknown {
  if (expected === undefined) return draft;
  const data = expected.data === undefined ? {} : { data: chosen(draft.data, expected.data) };
  return { ...chosen(draft as unknown as Record<string, unknown>, expected), ...data };
}

function chosen(from: object, like: object): Record<string, unknown> {
  return Object.fromEntries(Object.keys(like).map((name) => [name, (from as Record<string, unknown>)[name]]));
}

/** A draft as the event that it becomes; what cannot be known beforehand is made up. */
export function happened(draft: Draft, about: { readonly id: string; readonly stream: string }): LedgerEvent {
  const { type, data, source, validTime, content } = draft;
  const sealed = content === null ? [] : [sealedPart({ scope: content.scope, box: token(`${about.id}|${content.text}`) })];
  return eventOf(type, { ...about, source, validTime, sealed, data } as never);
}

/** A stream as it comes about: each command is decided on what those before it have made. */
export class Story<State, Command> {
  readonly recorded: Recorded[] = [];
  readonly decisions: Decision[] = [];
  #state: State;

  constructor(
    private readonly decider: Decider<State, Command>,
    private readonly stream: string,
    private readonly idOf: (nth: number) => string = (nth) => uuid(`${this.stream}#${nth}`),
  ) {
    this.#state = decider.initial();
  }

  get events(): LedgerEvent[] {
    return this.recorded.map(({ event }) => event);
  }

  last(): LedgerEvent {
    return this.events.at(-1) as LedgerEvent;
  }

  tell(...commands: readonly Command[]): this {
    for (const command of commands) {
      const decision = this.decider.decide(this.#state, command);
      this.decisions.push(decision);
      if (decision.kind === 'accept') for (const draft of decision.drafts) this.#fold(draft);
    }
    return this;
  }

  when(command: Command) {
    return given(this.decider, ...this.events).when(command);
  }

  #fold(draft: Draft): void {
    const revision = this.recorded.length;
    const event = happened(draft, { id: this.idOf(revision), stream: this.stream });
    this.#state = this.decider.evolve(this.#state, event, revision);
    this.recorded.push({ event, revision, position: String(revision + 1) });
  }
}
