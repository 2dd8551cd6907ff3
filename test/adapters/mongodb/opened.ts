import { MONGO_LIMITS, type MongoLimits } from '../../../adapters/mongodb/connect.js';
import { MongoReadModels } from '../../../adapters/mongodb/read-models.js';
import type { Row } from '../../../projections/ports.js';
import { MongoWire } from '../../support/mongo-wire/server.js';

/** The driver looks for a lost server anew after half a second. */
export const QUICK: MongoLimits = { ...MONGO_LIMITS, callMs: 1500, operationMs: 1200, selectionMs: 1000 };
export const MODEL = 'record';

export interface Opened {
  wire: MongoWire;
  models: MongoReadModels;
  other: MongoReadModels;
  generation: number;
  fence: number;
}

/** Two processes on one stand-in server, a generation being active and leased to the first. */
export async function openOnWire(limits: MongoLimits = MONGO_LIMITS): Promise<Opened> {
  const wire = await MongoWire.start();
  const [models, other] = [await MongoReadModels.connect(wire.url('ledger'), limits), await MongoReadModels.connect(wire.url('ledger'), limits)];
  const generation = await models.begin(MODEL);
  await models.activate(MODEL, generation);
  const fence = (await models.lease(MODEL, generation, 'me', 60_000)) as number;
  wire.log.length = 0;
  return { wire, models, other, generation, fence };
}

export async function closeOnWire({ wire, models, other }: Opened): Promise<void> {
  await models.close();
  await other.close();
  await wire.stop();
}

export const row = (key: string, value: unknown = {}, index: readonly string[] = []): Row => ({ key, position: '1', value, index });

export function saveRows({ models, generation, fence }: Opened, put: readonly Row[], events = 1): Promise<void> {
  return models.save(MODEL, generation, fence, { put, remove: [], checkpoint: { position: String(events), events, version: 1 } });
}
