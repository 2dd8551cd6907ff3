import { randomUUID } from 'node:crypto';
import { mongoKeys } from '../support/mongo-keys.js';
import { MongoWire } from '../support/mongo-wire/server.js';
import { keyStoreContract } from './key-store.js';

keyStoreContract('MongoDB adapter and driver, on a stand-in for the server', async () => {
  const wire = await MongoWire.start();
  return mongoKeys(wire.url(`test-${randomUUID()}`), () => wire.stop());
});
