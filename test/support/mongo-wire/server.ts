import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type Binary, type Document, Timestamp } from 'mongodb';
import { COMMANDS, CommandError, type Context } from './commands.js';
import { Store, type Transaction, WriteConflict } from './store.js';
import { readMessages, type WireMessage, writeReply } from './wire.js';

/** What shall go wrong with the next `times` commands of a name. `after`: it is done, and only the answer is lost. */
export interface Mishap {
  readonly command: string;
  times: number;
  readonly error?: { readonly code: number; readonly labels?: readonly string[] };
  readonly hangUp?: 'before' | 'after';
  readonly meanwhile?: () => Promise<void>;
}

interface Session {
  txnNumber: number;
  transaction: Transaction | null;
  committed: number;
  /** Answer of the last retryable write: a repeat gets it again. */
  written: { readonly txnNumber: number; readonly reply: Document } | null;
}

/**
 * A MongoDB replica set of one member, as far as the adapters use it, in this process: so the real driver and the real
 * adapters run in the contract suites without a server. Snapshot isolation, first-writer-wins conflicts, retryable writes and
 * read times are modelled; planning, durability, elections and limits are not. It is no substitute for the real server.
 */
export class MongoWire {
  readonly store = new Store();
  readonly log: Document[] = [];
  /** Reads that name no time see the state so many commits ago, as they may after an election. */
  staleBy = 0;
  /** Says that it is no member of a replica set. */
  alone = false;
  readonly #sessions = new Map<string, Session>();
  readonly #sockets = new Set<Socket>();
  readonly #cursors: Context['cursors'] = new Map();
  #mishaps: Mishap[] = [];

  #port = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<MongoWire> {
    const server = createServer();
    const wire = new MongoWire(server);
    server.on('connection', (socket) => wire.#serve(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    wire.#port = (server.address() as AddressInfo).port;
    return wire;
  }

  /** Each name is a database of its own. */
  url(database: string): string {
    return `mongodb://${this.#address}/${database}${this.alone ? '' : '?replicaSet=wire'}`;
  }

  /** Names of the collections that there are now. */
  collections(): string[] {
    return [...this.store.at().keys()].map((namespace) => namespace.slice(namespace.indexOf('.') + 1)).sort();
  }

  get #address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  mishap(mishap: Mishap): void {
    this.#mishaps.push(mishap);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #serve(socket: Socket): void {
    let rest: Buffer = Buffer.alloc(0);
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      const read = readMessages(Buffer.concat([rest, bytes]));
      rest = read.rest;
      for (const message of read.messages) void this.#answer(socket, message);
    });
  }

  async #answer(socket: Socket, message: WireMessage): Promise<void> {
    const name = Object.keys(message.command)[0] as string;
    if (!/^(hello|ismaster)$/i.test(name)) this.log.push(message.command);
    const mishap = this.#mishaps.find((one) => one.command === name);
    if (mishap !== undefined && --mishap.times === 0) this.#mishaps = this.#mishaps.filter((one) => one !== mishap);
    await mishap?.meanwhile?.();
    if (mishap?.hangUp === 'before') return void socket.destroy();
    const reply = mishap?.error === undefined ? await this.#run(name, message.command) : failure(mishap.error.code, 'as told', mishap.error.labels);
    if (mishap?.error !== undefined) this.#abortOf(message.command);
    if (mishap?.hangUp === 'after') return void socket.destroy();
    const operationTime = new Timestamp({ t: 1, i: this.store.now });
    if (!socket.destroyed) socket.write(writeReply(message, { ok: 1, ...reply, operationTime }));
  }

  async #run(name: string, command: Document): Promise<Document> {
    if (/^(hello|ismaster)$/i.test(name)) return this.#hello();
    const session = this.#session(command);
    if (name === 'commitTransaction' || name === 'abortTransaction') return this.#finish(name, command, session);
    const inTransaction = command['autocommit'] === false;
    const retryable = !inTransaction && command['txnNumber'] !== undefined;
    if (retryable && session.written?.txnNumber === Number(command['txnNumber'])) return session.written.reply;
    if (command['startTransaction'] === true) {
      session.transaction?.abort();
      Object.assign(session, { transaction: this.store.begin(), txnNumber: Number(command['txnNumber']) });
    }
    if (inTransaction && session.transaction === null) return failure(251, 'NoSuchTransaction', ['TransientTransactionError']);
    const reply = await this.#execute(name, command, inTransaction ? session.transaction : null);
    if (inTransaction && reply['ok'] === 0) this.#abortOf(command);
    if (retryable) session.written = { txnNumber: Number(command['txnNumber']), reply };
    return reply;
  }

  /** A write outside a transaction waits for those that are in its way; inside one it fails at once. */
  async #execute(name: string, command: Document, own: Transaction | null): Promise<Document> {
    const execute = COMMANDS[name];
    if (execute === undefined) return failure(59, `no such command: ${name}`);
    for (;;) {
      const transaction = own ?? this.store.begin();
      const context = {
        store: this.store,
        transaction,
        database: String(command['$db']),
        readAt: this.#readAt(command),
        inTransaction: own !== null,
        cursors: this.#cursors,
      };
      try {
        const reply = execute(command, context);
        if (own === null) transaction.commit();
        return reply;
      } catch (fault) {
        if (own === null) transaction.abort();
        if (fault instanceof CommandError) return failure(fault.code, fault.message);
        if (!(fault instanceof WriteConflict)) return failure(8, String(fault));
        if (own !== null) return failure(112, 'WriteConflict', ['TransientTransactionError']);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
  }

  #finish(name: string, command: Document, session: Session): Document {
    const number = Number(command['txnNumber']);
    if (session.transaction === null || session.txnNumber !== number) {
      return name === 'commitTransaction' && session.committed === number ? {} : failure(251, 'NoSuchTransaction', ['TransientTransactionError']);
    }
    if (name === 'commitTransaction') session.transaction.commit();
    else session.transaction.abort();
    Object.assign(session, { transaction: null, committed: name === 'commitTransaction' ? number : session.committed });
    return {};
  }

  #abortOf(command: Document): void {
    if (command['autocommit'] !== false) return;
    const session = this.#session(command);
    session.transaction?.abort();
    session.transaction = null;
  }

  #session(command: Document): Session {
    const id = (command['lsid'] as { id: Binary } | undefined)?.id.toString('hex') ?? '';
    const known = this.#sessions.get(id) ?? { txnNumber: -1, transaction: null, committed: -1, written: null };
    this.#sessions.set(id, known);
    return known;
  }

  #readAt(command: Document): number {
    const after = (command['readConcern'] as { afterClusterTime?: Timestamp } | undefined)?.afterClusterTime;
    return Math.max(this.store.now - this.staleBy, after?.getLowBitsUnsigned() ?? 0);
  }

  #hello(): Document {
    const me = this.#address;
    const limits = { maxBsonObjectSize: 16_777_216, maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000 };
    const set = {
      ...(this.alone ? {} : { setName: 'wire', setVersion: 1, hosts: [me], primary: me, me }),
      isWritablePrimary: true,
      ismaster: true,
      secondary: false,
    };
    return {
      helloOk: true,
      ...set,
      ...limits,
      localTime: new Date(),
      logicalSessionTimeoutMinutes: 30,
      connectionId: 1,
      minWireVersion: 0,
      maxWireVersion: 25,
      readOnly: false,
    };
  }
}

function failure(code: number, errmsg: string, labels: readonly string[] = []): Document {
  return { ok: 0, code, codeName: errmsg, errmsg, ...(labels.length === 0 ? {} : { errorLabels: labels }) };
}
