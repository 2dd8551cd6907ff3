import type { ErasureGround } from '../../schemas/events/erasure-ordered.js';
import type { ErasureException } from '../../schemas/events/erasure-refused.js';
import type { ErasureState } from './state.js';

/** What a record was made in breach of the law was never to be kept, and a court's order goes before a duty to keep. */
const OVERRIDES_RETENTION: readonly ErasureGround[] = ['unlawful-processing', 'legal-obligation'];

const HOLD_LAW = 'GDPR 17(3)(e)';
const RETENTION_LAW = 'GDPR 17(3)(b), (c); state record-retention law; 45 CFR 164.316(b)(2)(i)';

export interface RetentionFacts {
  readonly ground: ErasureGround;
  readonly now: string;
  /** When the last statement about the patient was recorded; null when nothing was ever stated. */
  readonly lastStatedAt: string | null;
  readonly retentionYears: number;
}

/** All that stands against the erasure, the gravest first. */
export function exceptionsOf(state: ErasureState, facts: RetentionFacts): ErasureException[] {
  const held = [...state.holds.values()].some(({ released }) => released === null);
  const until = retainedUntil(facts);
  return [
    ...(held ? [{ kind: 'legal-hold' as const, law: HOLD_LAW, until: null }] : []),
    ...(until !== null && facts.now < until ? [{ kind: 'retention-duty' as const, law: RETENTION_LAW, until }] : []),
  ];
}

function retainedUntil({ ground, lastStatedAt, retentionYears }: RetentionFacts): string | null {
  return lastStatedAt === null || OVERRIDES_RETENTION.includes(ground) ? null : yearsAfter(lastStatedAt, retentionYears);
}

/** The same day so many years later; of the 29th of February the 1st of March, where that year has none. */
export function yearsAfter(instant: string, years: number): string {
  const [year, rest] = [instant.slice(0, 4), instant.slice(4)];
  const later = Number(year) + years;
  const leap = later % 4 === 0 && (later % 100 !== 0 || later % 400 === 0);
  return `${String(later).padStart(4, '0')}${rest.startsWith('-02-29') && !leap ? rest.replace('-02-29', '-03-01') : rest}`;
}
