import { MongoKeyStore } from '../../adapters/mongodb/key-store.js';
import { mongoServer } from '../support/mongo-server.js';
import { keyStoreContract } from './key-store.js';

const server = mongoServer('key-store contract');
if (server !== undefined) {
  keyStoreContract('MongoDB', async () => {
    const { url, drop } = server.database();
    const opened: MongoKeyStore[] = [];
    const reopen = async () => {
      const keys = await MongoKeyStore.connect(url);
      opened.push(keys);
      return keys;
    };
    const close = async () => {
      for (const keys of opened) await keys.close();
      await drop();
    };
    return { keys: await reopen(), reopen, close };
  });
}
