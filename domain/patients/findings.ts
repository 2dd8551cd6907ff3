import type { PatientState } from '../record/state.js';
import type { EndedMerge } from './identities.js';

/** A patient's stream as it stands: where its events are in the log, by revision. */
export interface PatientThen {
  readonly patientId: string;
  readonly state: PatientState;
  readonly positions: readonly string[];
}

/** Where an ended merge began and ended in the log. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** A statement that may be about the patient who was released: the ledger cannot know, somebody has to look. */
export interface MisplacedStatement {
  readonly patientId: string;
  readonly releasedPatientId: string;
  readonly source: string;
  readonly category: string;
  readonly assertionId: string;
  readonly eventId: string;
  readonly position: string;
}

/**
 * What came addressed to the survivor while the merge was in force, from sources that have a patient record of somebody who
 * was released by its end: by the survivor's id they may have meant either. It stays with the survivor until its source
 * retracts it and records it of the other.
 */
export function misplaced(
  { merge }: EndedMerge,
  span: Span,
  { kept, released }: { kept: readonly PatientThen[]; released: readonly PatientThen[] },
  compare: (left: string, right: string) => number,
): MisplacedStatement[] {
  const sources = new Set(released.flatMap(({ state }) => patientRecordSources(state)));
  const during = (position: string | undefined): position is string =>
    position !== undefined && compare(position, span.from) > 0 && compare(position, span.to) < 0;
  return kept.flatMap(({ patientId, state, positions }) =>
    [...state.records]
      .filter(([ref]) => sources.has(sourceIn(ref)))
      .flatMap(([ref, { category, assertionId, lineage }]) =>
        lineage.heads.flatMap(({ eventId, revision }) => {
          const position = positions[revision];
          if (!during(position)) return [];
          return [{ patientId, releasedPatientId: merge.absorbed, source: sourceIn(ref), category, assertionId, eventId, position }];
        }),
      ),
  );
}

function patientRecordSources(state: PatientState): string[] {
  return [...state.records].filter(([, { category }]) => category === 'demographics').map(([ref]) => sourceIn(ref));
}

/** `recordRef` puts the source first; no source's name holds a bar. */
function sourceIn(ref: string): string {
  return ref.slice(0, ref.indexOf('|'));
}
