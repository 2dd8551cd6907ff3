import { MongoKeyStore } from '../../adapters/mongodb/key-store.js';

/** A key store on a database, opened as often as asked, as the contract of key stores wants it. */
export async function mongoKeys(url: string, end: () => Promise<void>) {
  const opened: MongoKeyStore[] = [];
  const reopen = async () => {
    const keys = await MongoKeyStore.connect(url);
    opened.push(keys);
    return keys;
  };
  const close = async () => {
    for (const keys of opened) await keys.close();
    await end();
  };
  return { keys: await reopen(), reopen, close };
}
