import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';

export interface MongoDatabase {
  readonly url: string;
  readonly drop: () => Promise<void>;
}

/** A new database on the server that `MONGODB_URL` names, or undefined after saying on one line why not. */
export function mongoServer(what: string): { database(): MongoDatabase } | undefined {
  const server = process.env['MONGODB_URL'];
  if (server === undefined || server === '') {
    console.log(`SKIP 1 ${what} on MongoDB: MONGODB_URL is not set`);
    return undefined;
  }
  return { database: () => freshDatabase(server) };
}

function freshDatabase(server: string): MongoDatabase {
  const name = `ledger-test-${randomUUID()}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  // The user is looked up where the given URL says, not in the new database.
  if (url.username !== '' && !url.searchParams.has('authSource')) url.searchParams.set('authSource', new URL(server).pathname.slice(1) || 'admin');
  const drop = async () => {
    const client = new MongoClient(server);
    await client.db(name).dropDatabase();
    await client.db(`${name}-keys`).dropDatabase();
    await client.close();
  };
  return { url: url.href, drop };
}
