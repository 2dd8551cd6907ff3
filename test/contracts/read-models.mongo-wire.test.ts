import { randomUUID } from 'node:crypto';
import { MongoReadModels } from '../../adapters/mongodb/read-models.js';
import { MongoWire } from '../support/mongo-wire/server.js';
import { readModelsContract } from './read-models.js';

readModelsContract(
  'MongoDB adapter and driver, on a stand-in for the server',
  async () => {
    const wire = await MongoWire.start();
    const url = wire.url(`test-${randomUUID()}`);
    const [models, other] = [await MongoReadModels.connect(url), await MongoReadModels.connect(url)];
    const close = async () => {
      await models.close();
      await other.close();
      await wire.stop();
    };
    return { models, other, close };
  },
  { sharedBetweenProcesses: true },
);
