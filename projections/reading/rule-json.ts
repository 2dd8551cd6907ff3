import { explain } from '../../domain/authority/words.js';
import { RESOLUTION_RULE, type Resolution } from '../../domain/resolution/resolve.js';
import { ruleFor } from '../../domain/resolution/strategies.js';

/** The rule, its version, why it led here, and the events that gave it its force. */
export function ruleOf(resolution: Resolution) {
  const { fact, strategy, designation, settlement } = resolution;
  return {
    name: RESOLUTION_RULE,
    strategy,
    strategyReason: ruleFor(fact).reason,
    because: reasonOf(resolution),
    designation:
      designation === undefined
        ? null
        : {
            eventId: designation.eventId,
            revision: designation.revision,
            scope: designation.scope,
            sources: designation.sources,
            effectiveFrom: designation.effectiveFrom,
            words: explain(designation),
          },
    settlement: settlement === undefined ? null : settlementOf(settlement),
  };
}

function settlementOf({ judgement, inForce }: NonNullable<Resolution['settlement']>) {
  const { settlement, decision, chosen, subject, recordedAt, reason } = judgement;
  return { eventId: settlement, decision, chosen, by: subject, recordedAt, reason, inForce };
}

/** In words, without content: the same for everybody who may ask, and by which it can be checked. */
export function reasonOf({ winner, alternatives, designation, settlement, strategy }: Resolution): string {
  const chosen = settlement?.judgement.decision === 'choose' && settlement.judgement.chosen === winner.assertion.assertionId;
  if (chosen && settlement.inForce) return 'A steward chose it, and nothing that was judged has changed since.';
  if (chosen && strategy === 'manual') return 'A steward chose it; what was judged has changed since, and until it is judged again the choice is kept.';
  if (alternatives.length === 0) return 'It is the only live statement.';
  if (strategy === 'latest' && alternatives.every(({ head }) => (head.validTime.from ?? '') < (winner.head.validTime.from ?? ''))) {
    return 'It is the latest by valid time.';
  }
  if (designation !== undefined && alternatives.some((other) => other.rank > winner.rank)) return `${winner.assertion.source} is believed most for this.`;
  if (designation !== undefined && winner.rank === Number.MAX_SAFE_INTEGER) {
    return 'No source of this fact is designated; the later valid time wins, then the surer statement, then the order of source names.';
  }
  return designation === undefined
    ? 'No system of record is designated; the later valid time wins, then the surer statement, then the order of source names.'
    : 'Statements of equal rank: the later valid time wins, then the surer statement, then the later version.';
}
