import { findFact } from '../../domain/resolution/settlement.js';
import { CATEGORIES } from '../../schemas/phi/categories.js';
import type { Fact } from '../../schemas/read-models/fact.js';
import type { ReadModels } from '../ports.js';
import { factKey, factPrefix } from '../record.js';
import { factIn } from './fact-in.js';

const PAGE = 1000;

/**
 * The fact of this id. Its key has its category in it, of which there are few: all are asked for at once. An id under which a
 * fact was known before it grew together with others is in no index, so that the patient's facts are gone through for it.
 */
export async function factNamed(models: ReadModels, tenant: string, patientId: string, factId: string): Promise<Fact | undefined> {
  const keys = CATEGORIES.map((category) => factKey({ tenant, patientId, category, factId }));
  const row = (await models.get('record', keys)).find((found) => found !== undefined);
  if (row !== undefined) return factIn(row);
  for (let after: string | null = null; ; ) {
    const page = await models.byPrefix('record', factPrefix(tenant, patientId), { limit: PAGE, ...(after === null ? {} : { after }) });
    const found = findFact(page.map(factIn), factId);
    const last = page.at(-1);
    if (found !== undefined || page.length < PAGE || last === undefined) return found;
    after = last.key;
  }
}
