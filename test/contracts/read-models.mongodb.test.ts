import { MongoReadModels } from '../../adapters/mongodb/read-models.js';
import { mongoServer } from '../support/mongo-server.js';
import { readModelsContract } from './read-models.js';

const server = mongoServer('read-model contract');
if (server !== undefined) {
  const open = async () => {
    const { url, drop } = server.database();
    const [models, other] = [await MongoReadModels.connect(url), await MongoReadModels.connect(url)];
    const close = async () => {
      await models.close();
      await other.close();
      await drop();
    };
    return { models, other, close };
  };
  readModelsContract('MongoDB', open, { sharedBetweenProcesses: true });
}
