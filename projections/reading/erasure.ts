import type { ErasureState, Hold, Order, Refusal, Step } from '../../domain/erasure/state.js';
import { streams } from '../../domain/streams.js';
import type { SealedPart } from '../../schemas/event.js';
import { damageOf, incompleteOf } from './damage.js';
import type { Word, Words } from './words.js';

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

/** All that was decided about erasing one patient; what was written with it only where `words` opens it. */
export async function erasureJson({ tenant, patientId, state, waitsFor }: ErasureAsked, words: Words): Promise<string> {
  const wordOf = ({ sealed: [sealed], eventId }: Hold | Refusal | Order): Promise<Word> =>
    words.of(null, { sealed: sealed as SealedPart, stream: streams.erasure(tenant, patientId), eventId });
  const holds = await Promise.all([...state.holds.values()].map(async (hold) => holdJson(hold, await wordOf(hold))));
  const refusals = await Promise.all(state.refusals.map(async (refusal) => answerJson(refusal, await wordOf(refusal))));
  const order = state.order === null ? null : orderJson(state.order, await wordOf(state.order));
  const { erased } = state;
  const certificate = erased === null ? null : { eventId: erased.eventId, issuedAt: erased.at, ...erased.certificate };
  const standing = { patientId, state: standingOf(state), holds, refusals, order, waitsFor, certificate };
  return JSON.stringify({ ...standing, ...incompleteOf(words.unreadable) });
}

function holdJson(hold: Hold, word: Word) {
  const released = hold.released === null ? null : stepJson(hold.released);
  return { holdId: hold.eventId, ...stepJson(hold), matter: textOf(word), released, ...damageIn(word) };
}

function answerJson(answer: Refusal | Order, word: Word) {
  const { patientId: _, ...said } = answer.data;
  return { eventId: answer.eventId, ...stepJson(answer), ...said, reason: textOf(word), ...damageIn(word) };
}

/** Of a protected change the order is written by who approved it; who proposed it stands in the certificate, and in the change. */
function orderJson(order: Order, word: Word) {
  const { by, ...said } = answerJson(order, word);
  return order.data.approval === null ? { ...said, by } : { ...said, approvedBy: by };
}

function textOf(word: Word): string | null {
  return word.kind === 'shown' ? word.text : null;
}

function damageIn(word: Word) {
  return word.kind === 'unreadable' ? damageOf(word.unreadable) : {};
}

function stepJson({ at, subject }: Step) {
  return { at, by: subject };
}
