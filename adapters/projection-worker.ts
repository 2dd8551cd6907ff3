import { parentPort, workerData } from 'node:worker_threads';
import { LedgerFault } from '../domain/rejections.js';
import { accessesProjection } from '../projections/accesses.js';
import { amendmentsProjection } from '../projections/amendments.js';
import { changesProjection } from '../projections/changes.js';
import { directoryProjection } from '../projections/directory.js';
import { Keeper } from '../projections/keeper.js';
import { recordProjection } from '../projections/record.js';
import { resolutionsProjection } from '../projections/resolutions.js';
import { sleep } from './clock.js';
import type { FromProjections, ProjectionWorkerData, ToProjections } from './projection-messages.js';
import { openEventReader, openReadModels } from './stores.js';

/**
 * Entry of the thread that projects. It reads the log and writes read models, so that neither takes time from requests; it
 * holds no key: these models are made of clear metadata and sealed content.
 */
const { config, shared, owner } = workerData as ProjectionWorkerData;
const port = parentPort;
const tell = (message: FromProjections) => port?.postMessage(message);

const store = await openEventReader(config, shared.events);
const models = await openReadModels(config, shared.modelsVersion);
const deps = {
  store,
  models,
  owner,
  nowMs: Date.now,
  sleep,
  onProgress: (progress: Extract<FromProjections, { kind: 'progress' }>['progress']) => tell({ kind: 'progress', progress }),
  onFault: (model: string, fault: unknown) => tell({ kind: 'fault', model, code: fault instanceof LedgerFault ? fault.code : 'internal', why: whyOf(fault) }),
};
const keepers = new Map(
  [recordProjection, resolutionsProjection, directoryProjection, accessesProjection, changesProjection, amendmentsProjection].map((projection) => [
    projection.name,
    new Keeper(deps, projection),
  ]),
);
for (const keeper of keepers.values()) await keeper.start();

port?.on('message', (message: ToProjections) => {
  if (message.kind === 'stop') void stop();
  else void rebuild(message.id, message.model);
});

async function rebuild(id: number, model: string): Promise<void> {
  try {
    await keepers.get(model)?.rebuild();
    tell({ kind: 'rebuilt', id, fault: null });
  } catch (fault) {
    tell({ kind: 'rebuilt', id, fault: whyOf(fault) });
  }
}

async function stop(): Promise<void> {
  for (const keeper of keepers.values()) await keeper.stop();
  await models.close();
  await store.close();
  port?.close();
}

/** Messages of our own faults and of the stores' drivers; neither holds content, which is sealed before it gets here. */
function whyOf(fault: unknown): string {
  const cause = fault instanceof Error && fault.cause instanceof Error ? `: ${fault.cause.message}` : '';
  return fault instanceof Error ? `${fault.message}${cause}` : 'unknown';
}
