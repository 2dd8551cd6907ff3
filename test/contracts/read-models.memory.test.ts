import { MemoryReadModels } from '../../adapters/memory/read-models.js';
import { readModelsContract } from './read-models.js';

readModelsContract(
  'memory',
  async () => {
    const models = new MemoryReadModels();
    return { models, other: models, close: () => models.close() };
  },
  { sharedBetweenProcesses: true },
);
