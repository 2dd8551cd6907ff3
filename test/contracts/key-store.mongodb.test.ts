import { mongoKeys } from '../support/mongo-keys.js';
import { mongoServer } from '../support/mongo-server.js';
import { keyStoreContract } from './key-store.js';

const server = mongoServer('key-store contract');
if (server !== undefined) {
  keyStoreContract('MongoDB', () => {
    const { url, drop } = server.database();
    return mongoKeys(url, drop);
  });
}
