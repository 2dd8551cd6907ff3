import type { EventOf } from '../../schemas/catalogue.js';
import type { JudgedStatement } from '../../schemas/events/conflict-settled.js';
import { accept, type Decision, TIMELESS } from '../decider.js';
import { type Rejection, reject } from '../rejections.js';
import type { PatientState } from './state.js';

/** A settlement, as the stream that it stands in needs it: enough to know a repeat, and to take it back. */
export interface KnownSettlement {
  readonly eventId: string;
  readonly revision: number;
  readonly category: string;
  readonly decision: EventOf<'conflict-settled'>['data']['decision'];
  readonly chosen: string | null;
  readonly judged: JudgedStatement[];
  reopened: { readonly eventId: string; readonly revision: number } | null;
}

/** What a steward decided of which statements. */
export interface Finding {
  readonly category: string;
  readonly decision: EventOf<'conflict-settled'>['data']['decision'];
  readonly chosen: string | null;
  readonly judged: JudgedStatement[];
}

export interface SettleCommand {
  readonly name: 'settle-conflict';
  readonly patientId: string;
  /**
   * As the facts stood, or why they refused it. A settlement changes the facts that it was held against, so that a repeat of
   * the command finds no fit any more: it still gets its first answer, since that is looked up before anything is decided.
   */
  readonly finding: Finding | Rejection;
  readonly approval: string | null;
  readonly reason: string;
}

export interface ReopenCommand {
  readonly name: 'reopen-conflict';
  readonly patientId: string;
  readonly settlement: string;
  readonly reason: string;
}

/**
 * The facts were looked at by whoever sends this; here it is held against the stream once more, since a source may have
 * spoken in between. Statements of other patients of a merged group stand in their own streams: a settlement that judged
 * one of these too late is not in force, by the same rule by which it would end later.
 */
export function decideSettle(state: PatientState, command: SettleCommand): Decision {
  const { patientId, finding, approval, reason } = command;
  if ('kind' in finding) return finding;
  const own = finding.judged.filter((one) => one.patientId === patientId);
  const live = new Set([...state.records.values()].flatMap(({ lineage }) => lineage.heads.map(({ eventId }) => eventId)));
  if (own.some(({ eventId }) => !live.has(eventId))) return reject('conflict-changed');
  // Whoever decides back to what was decided before the last time says something new.
  const last = [...state.settlements.values()].findLast((known) => isAboutSame(known, finding));
  if (last !== undefined && last.reopened === null && isSame(last, finding)) return { kind: 'repeat', eventId: last.eventId, revision: last.revision };
  const { category, decision, chosen, judged } = finding;
  return accept({
    type: 'conflict-settled',
    data: { patientId, category, decision, chosen, judged, version: state.settlements.size + 1, approval, reason },
    source: null,
    validTime: TIMELESS,
    content: null,
  });
}

export function decideReopen(state: PatientState, command: ReopenCommand): Decision {
  const known = state.settlements.get(command.settlement);
  if (known === undefined) return reject('unknown-settlement');
  if (known.reopened !== null) return { kind: 'repeat', ...known.reopened };
  const { patientId, settlement, reason } = command;
  return accept({
    type: 'conflict-reopened',
    data: { patientId, category: known.category, settlement, judged: known.judged, reason },
    source: null,
    validTime: TIMELESS,
    content: null,
  });
}

export function evolveSettlements(settlements: Map<string, KnownSettlement>, event: EventOf<'conflict-settled' | 'conflict-reopened'>, revision: number): void {
  if (event.type === 'conflict-settled') {
    const { category, decision, chosen, judged } = event.data;
    settlements.set(event.id, { eventId: event.id, revision, category, decision, chosen, judged, reopened: null });
    return;
  }
  const known = settlements.get(event.data.settlement);
  if (known !== undefined) known.reopened = { eventId: event.id, revision };
}

function isAboutSame(known: KnownSettlement, finding: Finding): boolean {
  const places = new Set(known.judged.map(placeOf));
  return finding.judged.some((one) => places.has(placeOf(one)));
}

function isSame(known: KnownSettlement, finding: Finding): boolean {
  return known.decision === finding.decision && known.chosen === finding.chosen && placesOf(known.judged) === placesOf(finding.judged);
}

function placesOf(judged: readonly JudgedStatement[]): string {
  return judged
    .map((one) => `${placeOf(one)}|${one.group}`)
    .sort()
    .join('\n');
}

function placeOf({ assertionId, element, part, eventId }: JudgedStatement): string {
  return [assertionId, element, part, eventId].join('|');
}
