import { findFact } from '../../domain/resolution/settlement.js';
import { CATEGORIES } from '../../schemas/phi/categories.js';
import type { Fact } from '../../schemas/read-models/fact.js';
import type { ReadModels, Row } from '../ports.js';
import { factKey, factPrefix } from '../record.js';
import { factIn } from './fact-in.js';

const PAGE_ROWS = 1000;

/**
 * The fact of this id. Its key has its category in it, of which there are few: all are asked for at once. An id under which a
 * fact was known before it grew together with others is in no index, so that the patient's facts are gone through for it.
 */
export async function factNamed(
  models: Pick<ReadModels, 'get' | 'byPrefix'>,
  { tenant, patientId, factId }: { readonly tenant: string; readonly patientId: string; readonly factId: string },
  pageRows = PAGE_ROWS,
): Promise<Fact | undefined> {
  const keys = CATEGORIES.map((category) => factKey({ tenant, patientId, category, factId }));
  const row = (await models.get('record', keys)).find((found) => found !== undefined);
  if (row !== undefined) return factIn(row);
  let after: string | undefined;
  let page: readonly Row[];
  do {
    page = await models.byPrefix('record', factPrefix(tenant, patientId), { limit: pageRows, ...(after === undefined ? {} : { after }) });
    const found = findFact(page.map(factIn), factId);
    if (found !== undefined) return found;
    after = page.at(-1)?.key;
  } while (page.length === pageRows);
  return undefined;
}
