import type { Designation } from '../../domain/authority/precedence.js';
import type { EventReader } from '../../domain/log.js';
import type { DesignationScope } from '../../schemas/events/system-of-record-designated.js';
import { type DesignationRow, designationPrefix, patientDesignationPrefix, type SourceRow, sourcePrefix } from '../directory.js';
import type { ReadModels, Row } from '../ports.js';
import { type KnownAt, wasKnown } from './as-of.js';

export interface DesignationDeps {
  readonly models: Pick<ReadModels, 'byPrefix'>;
  readonly store: Pick<EventReader, 'compare'>;
}

export interface DesignationQuery {
  readonly tenant: string;
  /** The patient whose record is read; of merged patients, all of them. None: tenant-wide designations only. */
  readonly patients: readonly string[];
  readonly knownAt: KnownAt | null;
}

/** Rows a page. The write side bounds how many there can be: so many a scope, and so many a patient. */
const PAGE = 1000;

/**
 * Every designation that may bear on these patients, as far as it was known: the tenant's and their own. One that was
 * withdrawn later than `knownAt` is as it was before, so that the past is explained by what was believed in the past.
 */
export async function designationsOf(deps: DesignationDeps, query: DesignationQuery): Promise<DesignationRow[]> {
  const { tenant, patients, knownAt } = query;
  const prefixes = [designationPrefix(tenant), ...patients.map((patientId) => patientDesignationPrefix(tenant, patientId))];
  const rows = (await Promise.all(prefixes.map((prefix) => allUnder(deps.models, prefix)))).flat().map(designationIn);
  if (knownAt === null) return rows;
  const known = (at: Pick<Designation, 'position' | 'recordedAt'>) => wasKnown(knownAt, at, (left, right) => deps.store.compare(left, right));
  return rows.filter(known).map((row) => (row.withdrawn === null || known(row.withdrawn) ? row : { ...row, withdrawn: null }));
}

/** The organization of each source that has one: for a scope that names an organization. */
export async function organizationsOf(deps: Pick<DesignationDeps, 'models'>, tenant: string): Promise<ReadonlyMap<string, string>> {
  const organizations = new Map<string, string>();
  for (const { value } of await allUnder(deps.models, sourcePrefix(tenant))) {
    const { sourceId, organization } = value as SourceRow;
    if (organization !== null) organizations.set(sourceId, organization);
  }
  return organizations;
}

const UNSAID = { effectiveTo: null, approval: null, withdrawn: null, stream: null, sealed: null };
const OPEN: DesignationScope = { patientId: null, codes: null, organization: null, category: null, element: null };

/** Rows of the model's first version stay readable until the new generation has caught up; what they could not say, they leave open. */
function designationIn({ value, position }: Row): DesignationRow {
  const row = value as Omit<DesignationRow, 'position'>;
  return { ...UNSAID, position, ...row, scope: { ...OPEN, ...row.scope } };
}

async function allUnder(models: DesignationDeps['models'], prefix: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const last = rows.at(-1)?.key;
    const page = await models.byPrefix('directory', prefix, { limit: PAGE, ...(last === undefined ? {} : { after: last }) });
    rows.push(...page);
    if (page.length < PAGE) return rows;
  }
}
