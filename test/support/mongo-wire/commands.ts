import { type Document, Long, Timestamp } from 'mongodb';
import { compare, matches, updated } from './query.js';
import type { Documents, Store, Transaction } from './store.js';

/** Where a command reads and writes: a transaction of the client's, or one around the command. */
export interface Context {
  readonly store: Store;
  readonly transaction: Transaction;
  readonly database: string;
  /** What a read outside a transaction sees. */
  readonly readAt: number;
  readonly inTransaction: boolean;
  readonly cursors: Map<number, { rest: Document[]; namespace: string }>;
}

const BATCH = 101;
/** `NamespaceNotFound`, `BadValue`. */
export class CommandError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

export const COMMANDS: Readonly<Record<string, (command: Document, context: Context) => Document>> = {
  find,
  aggregate,
  getMore,
  update,
  delete: remove,
  findAndModify,
  createIndexes,
  drop,
  listCollections,
  dropDatabase,
  killCursors: () => ({}),
  endSessions: () => ({}),
  ping: () => ({}),
};

function find(command: Document, context: Context): Document {
  const namespace = `${context.database}.${command['find']}`;
  const known = documentsOf(namespace, context);
  checkHint(command, namespace, context);
  const found = matching(known, (command['filter'] as Document | undefined) ?? {});
  const sort = Object.entries((command['sort'] as Document | undefined) ?? {});
  if (sort.some(([, direction]) => direction !== 1)) throw new CommandError(2, 'only ascending sorts are understood');
  if (sort.length > 0) found.sort((left, right) => firstDifference(sort.map(([field]) => compare(left[field], right[field]))));
  const limit = Number(command['limit'] ?? 0);
  const projected = (limit === 0 ? found : found.slice(0, limit)).map((document) => project(document, command['projection'] as Document | undefined));
  const size = Number(command['batchSize'] ?? BATCH);
  const rest = projected.slice(size);
  const atClusterTime = new Timestamp({ t: 1, i: context.readAt });
  return { cursor: { ...batch('firstBatch', projected.slice(0, size), rest, namespace, context), ...(context.inTransaction ? {} : { atClusterTime }) } };
}

function firstDifference(comparisons: readonly number[]): number {
  return comparisons.find((one) => one !== 0) ?? 0;
}

/** A `$match` and then a `$group` that counts by fields; no other pipeline is asked for. */
function aggregate(command: Document, context: Context): Document {
  const namespace = `${context.database}.${command['aggregate']}`;
  const [first, second, ...more] = command['pipeline'] as Document[];
  const { _id, ...counts } = (second?.['$group'] ?? {}) as Document;
  const [[name, count] = ['', {}], ...others] = Object.entries(counts);
  if (first?.['$match'] === undefined || more.length + others.length > 0 || (count as Document)['$sum'] !== 1)
    throw new CommandError(2, 'only a match and a group that counts are understood');
  const groups = new Map<string, Document>();
  for (const document of matching(documentsOf(namespace, context), first['$match'] as Document)) {
    const fields = Object.entries(_id as Document).map(([field, from]) => [field, document[String(from).slice(1)]]);
    const group = Object.fromEntries(fields.filter(([, value]) => value !== undefined));
    const known = groups.get(JSON.stringify(group));
    groups.set(JSON.stringify(group), { _id: group, [name]: Number(known?.[name] ?? 0) + 1 });
  }
  return { cursor: { id: Long.ZERO, ns: namespace, firstBatch: [...groups.values()] } };
}

function getMore(command: Document, context: Context): Document {
  if (command['readConcern'] !== undefined) throw new CommandError(72, 'Command getMore does not support read concern');
  const id = Number(command['getMore']);
  const cursor = context.cursors.get(id);
  if (cursor === undefined) throw new CommandError(43, `cursor id ${id} not found`);
  context.cursors.delete(id);
  const size = Number(command['batchSize'] ?? BATCH);
  return { cursor: batch('nextBatch', cursor.rest.slice(0, size), cursor.rest.slice(size), cursor.namespace, context) };
}

function batch(name: string, documents: Document[], rest: Document[], namespace: string, { cursors }: Context): Document {
  const id = rest.length === 0 ? 0 : Math.max(0, ...cursors.keys()) + 1;
  if (id !== 0) cursors.set(id, { rest, namespace });
  return { id: Long.fromNumber(id), ns: namespace, [name]: documents };
}

function update(command: Document, context: Context): Document {
  const namespace = `${context.database}.${command['update']}`;
  let matched = 0;
  const upserted: Document[] = [];
  (command['updates'] as Document[]).forEach(({ q, u, upsert }, index) => {
    const { before, after } = change(namespace, q as Document, u as Document, upsert === true, context);
    if (before !== undefined) matched += 1;
    else if (after !== undefined) upserted.push({ index, _id: after['_id'] });
  });
  return { n: matched + upserted.length, nModified: matched, ...(upserted.length === 0 ? {} : { upserted }) };
}

function remove(command: Document, { transaction, database }: Context): Document {
  const namespace = `${database}.${command['delete']}`;
  let n = 0;
  for (const { q, limit } of command['deletes'] as Document[]) {
    const found = matching(transaction.documents(namespace), q as Document);
    for (const { _id } of limit === 1 ? found.slice(0, 1) : found) {
      transaction.write(namespace, String(_id), null);
      n += 1;
    }
  }
  return { n };
}

function findAndModify(command: Document, context: Context): Document {
  const namespace = `${context.database}.${command['findAndModify']}`;
  const { before, after } = change(namespace, command['query'] as Document, command['update'] as Document, command['upsert'] === true, context);
  const value = (command['new'] === true ? after : before) ?? null;
  return { lastErrorObject: { n: after === undefined ? 0 : 1, updatedExisting: before !== undefined }, value };
}

/** An update whose filter matches nothing locks nothing, and inserts only when told to. */
function change(
  namespace: string,
  filter: Document,
  update: Document | Document[],
  upsert: boolean,
  { transaction }: Context,
): { before: Document | undefined; after: Document | undefined } {
  const before = matching(transaction.documents(namespace), filter)[0];
  if (before === undefined && !upsert) return { before, after: undefined };
  const after = updated(before, filter, update);
  transaction.write(namespace, String(after['_id']), after);
  return { before, after };
}

function createIndexes(command: Document, { store, database }: Context): Document {
  const namespace = `${database}.${command['createIndexes']}`;
  store.create(namespace);
  const known = store.indexes.get(namespace) ?? new Set();
  for (const { key } of command['indexes'] as Document[]) known.add(JSON.stringify(key));
  store.indexes.set(namespace, known);
  return {};
}

function drop(command: Document, { store, database }: Context): Document {
  if (!store.drop(`${database}.${command['drop']}`)) throw new CommandError(26, 'ns not found');
  return {};
}

function dropDatabase(_command: Document, { store, database }: Context): Document {
  for (const namespace of store.at().keys()) if (namespace.startsWith(`${database}.`)) store.drop(namespace);
  return {};
}

function listCollections(_command: Document, { store, database }: Context): Document {
  const names = [...store.at().keys()].filter((namespace) => namespace.startsWith(`${database}.`));
  const firstBatch = names.map((namespace) => ({ name: namespace.slice(database.length + 1), type: 'collection' }));
  return { cursor: { id: Long.ZERO, ns: `${database}.$cmd.listCollections`, firstBatch } };
}

function documentsOf(namespace: string, { store, transaction, readAt, inTransaction }: Context): Documents {
  return (inTransaction ? transaction.documents(namespace) : store.at(readAt).get(namespace)) ?? new Map();
}

/** All ids are strings here, so that those that are named are looked up. */
function matching(documents: Documents, filter: Document): Document[] {
  const id = filter['_id'] as string | { $in?: string[] } | undefined;
  const named = typeof id === 'string' ? [id] : id?.$in;
  if (named === undefined) return [...documents.values()].filter((document) => matches(document, filter));
  const { _id, ...rest } = filter;
  const found = [...new Set(named)].map((one) => documents.get(one));
  return found.filter((document) => document !== undefined).filter((document) => matches(document, rest));
}

/** A hint must name an index, unless there is no collection at all. */
function checkHint(command: Document, namespace: string, { store }: Context): void {
  const { hint } = command;
  if (hint === undefined || !store.at().has(namespace)) return;
  const name = JSON.stringify(hint);
  if (name !== '{"_id":1}' && store.indexes.get(namespace)?.has(name) !== true)
    throw new CommandError(2, 'hint provided does not correspond to an existing index');
}

function project(document: Document, projection: Document | undefined): Document {
  if (projection === undefined) return document;
  return Object.fromEntries(Object.entries(document).filter(([field]) => field === '_id' || projection[field] === 1));
}
