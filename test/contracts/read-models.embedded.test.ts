import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedReadModels } from '../../adapters/embedded/read-models.js';
import { readModelsContract } from './read-models.js';

readModelsContract(
  'embedded',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'read-models-'));
    const version = new SharedArrayBuffer(4);
    const [models, other] = [new EmbeddedReadModels(folder, version), new EmbeddedReadModels(folder, version)];
    const close = async () => {
      await models.close();
      await other.close();
      await rm(folder, { recursive: true });
    };
    return { models, other, close };
  },
  { sharedBetweenProcesses: false },
);
