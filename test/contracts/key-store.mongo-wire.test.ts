import { randomUUID } from 'node:crypto';
import { MongoKeyStore } from '../../adapters/mongodb/key-store.js';
import { MongoWire } from '../support/mongo-wire/server.js';
import { keyStoreContract } from './key-store.js';

keyStoreContract('MongoDB adapter and driver, on a stand-in for the server', async () => {
  const wire = await MongoWire.start();
  const url = wire.url(`test-${randomUUID()}`);
  const opened: MongoKeyStore[] = [];
  const reopen = async () => {
    const keys = await MongoKeyStore.connect(url);
    opened.push(keys);
    return keys;
  };
  const close = async () => {
    for (const keys of opened) await keys.close();
    await wire.stop();
  };
  return { keys: await reopen(), reopen, close };
});
