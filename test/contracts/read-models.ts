import { suite } from 'uvu';
import { type Context, MODEL, type OpenReadModels } from './read-models/fixture.js';
import { generationPromises, switchPromises } from './read-models/generations.js';
import { leasePromises, oneProcessLease } from './read-models/leases.js';
import { pagePromises, pagingPromises } from './read-models/pages.js';
import { indexPromises, rowPromises } from './read-models/rows.js';
import { wholeSaves } from './read-models/whole.js';

export interface ReadModelsFeatures {
  /** Several processes may run the same model: leases exclude each other, and old fences are refused. */
  readonly sharedBetweenProcesses: boolean;
}

/** Everything that the prose of `ReadModels` promises, run on each implementation alike. */
export function readModelsContract(name: string, open: () => Promise<OpenReadModels>, features: ReadModelsFeatures): void {
  const test = suite<Context>(`read models: ${name}`);

  test.before.each(async (context) => {
    const opened = await open();
    const generation = await opened.models.begin(MODEL);
    const fence = await opened.models.lease(MODEL, generation, 'me', 60_000);
    await opened.models.activate(MODEL, generation);
    Object.assign(context, opened, { generation, fence });
  });
  test.after.each((context) => context.close());

  rowPromises(test);
  indexPromises(test);
  pagePromises(test);
  pagingPromises(test);
  generationPromises(test);
  switchPromises(test);
  wholeSaves(test);
  if (features.sharedBetweenProcesses) leasePromises(test);
  else oneProcessLease(test);
  test.run();
}
