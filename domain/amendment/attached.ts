import type { DenialBasis } from '../../schemas/events/amendment-denied.js';
import type { AmendmentRow, AmendmentStep } from '../../schemas/read-models/amendment.js';
import type { Fact } from '../../schemas/read-models/fact.js';

export const MATERIAL = ['request', 'denial', 'statement', 'rebuttal'] as const;

/** One document that goes with the fact, sealed. */
export interface NoteMaterial {
  readonly name: (typeof MATERIAL)[number];
  readonly step: AmendmentStep;
}

/** What a disclosure of a fact has to bring with it (45 CFR 164.526(c)(1), (d)(4), (d)(5)). */
export interface AmendmentNote {
  readonly amendmentId: string;
  /** Whose keys open the material; of merged patients not always the fact's. */
  readonly patientId: string;
  /** The amendment was made: the events that made it are linked. */
  readonly accepted: { readonly at: string; readonly extent: 'full' | 'partial'; readonly corrections: readonly string[] } | null;
  /** It was denied, or a part of it, and the individual has asked that this be told. */
  readonly denied: { readonly at: string; readonly basis: DenialBasis } | null;
  readonly material: readonly NoteMaterial[];
}

/**
 * What travels with a fact, as of an instant. It hangs on the disputed assertions: whichever fact one of them belongs to now,
 * through corrections, joins, merges and unmerges, carries it. `rows` are the requests of the fact's patient and of all who
 * were merged with them.
 *
 * | request | travels |
 * | --- | --- |
 * | not answered | nothing |
 * | accepted | the link to what was amended |
 * | denied, with a statement | request, denial, statement, rebuttal (d)(5)(i) |
 * | denied, no statement | request and denial, only if the individual asked (d)(5)(ii) |
 */
export function attachedTo(fact: Pick<Fact, 'element' | 'assertions'>, rows: readonly AmendmentRow[], now: string): AmendmentNote[] {
  const own = new Set(fact.assertions.map(({ assertionId }) => assertionId));
  return rows
    .filter((row) => row.element === fact.element && row.assertions.some((assertionId) => own.has(assertionId)))
    .map((row) => noteOf(row, now))
    .filter((note) => note.accepted !== null || note.denied !== null)
    .sort((left, right) => (left.amendmentId < right.amendmentId ? -1 : 1));
}

function noteOf(row: AmendmentRow, now: string): AmendmentNote {
  const by = <Step extends { readonly at: string }>(step: Step | null): Step | null => (step !== null && step.at <= now ? step : null);
  const { amendmentId, patientId, request } = row;
  const [acceptance, denial, statement, rebuttal] = [by(row.acceptance), by(row.denial), by(row.statement), by(row.rebuttal)];
  const told = denial !== null && (statement !== null || by(row.includeRequest) !== null);
  const steps = { request, denial, statement, rebuttal };
  return {
    amendmentId,
    patientId,
    accepted:
      acceptance === null ? null : { at: acceptance.at, extent: acceptance.extent, corrections: row.corrections.filter(by).map(({ eventId }) => eventId) },
    denied: told ? { at: denial.at, basis: denial.basis } : null,
    material: told ? MATERIAL.flatMap((name) => (steps[name] === null ? [] : [{ name, step: steps[name] }])) : [],
  };
}
