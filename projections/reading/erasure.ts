import type { ErasureState, Hold, Order, Refusal, Step } from '../../domain/erasure/state.js';
import type { KeyRing } from '../../domain/rings.js';
import { streams } from '../../domain/streams.js';

export interface ErasureAsked {
  readonly tenant: string;
  readonly patientId: string;
  readonly state: ErasureState;
  /** Places where something of a patient who is to be erased was found a moment ago. */
  readonly waitsFor: readonly string[];
}

/** How far it has come: a hold or a refusal of the past says nothing of the next request. */
export function standingOf({ order, erased, holds }: ErasureState): 'none' | 'held' | 'ordered' | 'erased' {
  if (erased !== null) return 'erased';
  if (order !== null) return 'ordered';
  return [...holds.values()].some(({ released }) => released === null) ? 'held' : 'none';
}

/** All that was decided about erasing a patient; what was written with it only for a ring that holds its scope. */
export async function erasureJson({ tenant, patientId, state, waitsFor }: ErasureAsked, ring: KeyRing | null): Promise<{ body: string; opened: number }> {
  const words = new Words(streams.erasure(tenant, patientId), ring);
  const holds = await Promise.all([...state.holds.values()].map((hold) => holdJson(hold, words)));
  const refusals = await Promise.all(state.refusals.map((refusal) => answerJson(refusal, words)));
  const order = state.order === null ? null : await answerJson(state.order, words);
  const { erased } = state;
  const certificate = erased === null ? null : { eventId: erased.eventId, issuedAt: erased.at, ...erased.certificate };
  const body = JSON.stringify({ patientId, state: standingOf(state), holds, refusals, order, waitsFor, certificate });
  return { body, opened: words.opened };
}

class Words {
  opened = 0;

  constructor(
    private readonly stream: string,
    private readonly ring: KeyRing | null,
  ) {}

  async of({ sealed, eventId }: Hold | Refusal | Order): Promise<string | null> {
    const [part] = sealed;
    if (part === undefined || this.ring?.holds(part) !== true) return null;
    this.opened += 1;
    return this.ring.open(part, { stream: this.stream, eventId });
  }
}

async function holdJson(hold: Hold, words: Words) {
  return { holdId: hold.eventId, ...stepJson(hold), matter: await words.of(hold), released: hold.released === null ? null : stepJson(hold.released) };
}

async function answerJson(answer: Refusal | Order, words: Words) {
  const { patientId: _, ...said } = answer.data;
  return { eventId: answer.eventId, ...stepJson(answer), ...said, reason: await words.of(answer) };
}

function stepJson({ at, subject }: Step) {
  return { at, by: subject };
}
