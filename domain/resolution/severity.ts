import { isSafetyConflict } from '../change-control/protected.js';

/** How soon a difference can hurt somebody. `safety` first on the work list, whatever is older. */
export const SEVERITIES = ['safety', 'clinical', 'administrative'] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * What cannot change treatment. Of demographics, the elements on which neither a dose nor telling people apart depends; those
 * on which it does are safety, by the same table that asks for a second person (`domain/change-control/protected.ts`).
 */
const ADMINISTRATIVE: ReadonlySet<string> = new Set(['demographics', 'coverage', 'financial', 'administrative']);

export function severityOf({ category, element }: { category: string; element: string | null }): Severity {
  if (isSafetyConflict(category, element)) return 'safety';
  return ADMINISTRATIVE.has(category) ? 'administrative' : 'clinical';
}

/**
 * By when an open conflict should be settled, counted from when it opened (or opened again).
 *
 * | severity | days | because |
 * | --- | --- | --- |
 * | safety | 1 | the next order or dose may come tomorrow |
 * | clinical | 7 | before the next usual visit |
 * | administrative | 30 | a billing cycle |
 */
const DEADLINE_DAYS: Readonly<Record<Severity, number>> = { safety: 1, clinical: 7, administrative: 30 };

/** The deadlines that a conflict names, with their version. */
export const DEADLINE_POLICY = 'conflict-deadlines@1';

const DAY_MS = 24 * 60 * 60 * 1000;

export function deadlineOf(severity: Severity, opened: string): string {
  return new Date(Date.parse(opened) + DEADLINE_DAYS[severity] * DAY_MS).toISOString();
}
