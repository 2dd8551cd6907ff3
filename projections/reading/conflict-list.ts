import type { Severity } from '../../domain/resolution/severity.js';
import type { ReadModels } from '../ports.js';
import { type ConflictRow, type ConflictState, conflictPrefix, RESOLUTIONS } from '../resolutions/rows.js';

export interface ConflictQuery {
  readonly tenant: string;
  readonly state: ConflictState;
  readonly severity: Severity | null;
  readonly category: string | null;
  /** Row key after which to begin. */
  readonly after: string | null;
  readonly limit: number;
  readonly now: string;
}

/** An entry of the work list as a steward is shown it. */
export interface ListedConflict extends Omit<ConflictRow, 'tenant'> {
  readonly sources: readonly string[];
  readonly overdue: boolean;
}

export interface ConflictPage {
  readonly conflicts: readonly ListedConflict[];
  /** Row key to go on after; null at the end. */
  readonly next: string | null;
}

const ROWS_A_READ = 500;
/** Rows looked at for one page: where a category is rare the page may be short, and the next one goes on from there. */
const ROWS_AT_MOST = 5000;

/** The work list of a tenant over all its patients: safety first, then what has waited longest. */
export async function listConflicts(models: Pick<ReadModels, 'byPrefix'>, query: ConflictQuery): Promise<ConflictPage> {
  const prefix = conflictPrefix(query.tenant, query.state, query.severity);
  const conflicts: ListedConflict[] = [];
  let after = query.after;
  for (let seen = 0; seen < ROWS_AT_MOST; seen += ROWS_A_READ) {
    const rows = await models.byPrefix(RESOLUTIONS, prefix, { limit: ROWS_A_READ, ...(after === null ? {} : { after }) });
    for (const [nth, { key, value }] of rows.entries()) {
      const row = value as ConflictRow;
      if (query.category === null || row.category === query.category) conflicts.push(listed(row, query.now));
      const more = nth < rows.length - 1 || rows.length === ROWS_A_READ;
      if (conflicts.length === query.limit) return { conflicts, next: more ? key : null };
      after = key;
    }
    if (rows.length < ROWS_A_READ) return { conflicts, next: null };
  }
  return { conflicts, next: after };
}

function listed({ tenant: _, ...row }: ConflictRow, now: string): ListedConflict {
  const sources = [...new Set(row.statements.map(({ source }) => source))];
  return { ...row, sources, overdue: row.deadline !== null && row.deadline < now };
}
