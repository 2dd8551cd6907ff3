import type { FactFinder, FoundFact, PublishedScope } from '../commands/ports.js';
import type { EventReader } from '../domain/log.js';
import { type GroupRow, groupKey } from '../projections/groups.js';
import type { ReadModels } from '../projections/ports.js';
import { factKey } from '../projections/record.js';
import { CATEGORIES } from '../schemas/phi/categories.js';
import type { Assertion, Fact } from '../schemas/read-models/fact.js';
import { type ModelProgress, tooFarBehind } from './model-progress.js';

const CATCH_UP_MS = 2000;
const ASSERTIONS_AT_MOST = 500;

/** Facts as the record model has them. A fact's key has its category in it, of which there are few: all are asked for at once. */
export class ModelFactFinder implements FactFinder {
  constructor(
    private readonly models: ReadModels,
    private readonly store: EventReader,
    private readonly progress: ModelProgress,
    private readonly catchUpMs = CATCH_UP_MS,
  ) {}

  async find(tenant: string, patientId: string, factId: string): Promise<FoundFact | undefined> {
    const head = await this.store.head();
    const reached = head === null || (await this.progress.reached('record', head, this.catchUpMs));
    const [group] = await this.models.get('record', [groupKey(tenant, patientId)]);
    const root = (group?.value as GroupRow | undefined)?.root ?? patientId;
    const keys = CATEGORIES.map((category) => factKey({ tenant, patientId: root, category, factId }));
    const row = (await this.models.get('record', keys)).find((found) => found !== undefined);
    if (row === undefined && !reached) throw tooFarBehind('record');
    if (row === undefined) return undefined;
    const { category, element, assertions } = row.value as Fact;
    const ids = [...new Set(assertions.map(({ assertionId }) => assertionId))].slice(0, ASSERTIONS_AT_MOST);
    return { category, element, assertions: ids, scopes: scopesOf(assertions) };
  }
}

/** Each once. */
function scopesOf(assertions: readonly Assertion[]): PublishedScope[] {
  const all = assertions.flatMap(({ patientId, heads }) => heads.flatMap(({ sealed }) => sealed.map(({ scope }) => ({ patientId, scope }))));
  return [...new Map(all.map((one) => [`${one.patientId}|${one.scope}`, one])).values()];
}
