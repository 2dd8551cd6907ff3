import { envelop } from '../../commands/envelope.js';
import type { Clock, Digest, EventStore, ExpectedRevision, Ids } from '../../commands/ports.js';
import { TIMELESS } from '../../domain/decider.js';
import { LedgerFault } from '../../domain/rejections.js';
import { streams } from '../../domain/streams.js';
import type { EventOf, LedgerEvent } from '../../schemas/catalogue.js';
import { LEDGER_ACTOR } from './ledger-voice.js';
import { DamagedSegment, type Segment, type UseSpool } from './use-spool.js';
import { type CountedUse, type KeyUse, type KeyUses, UseCounts } from './uses.js';

const WRITE_EVERY_MS = 2000;
const ROWS_AT_MOST = 1000;
/** A segment has to fit into one append of every store (1 MiB): what comes after so many lines goes into the next. */
const LINES_AT_MOST = 2000;
/** More events than one segment makes. */
const LOOK_BACK = 100;

type Row = EventOf<'keys-used'>['data']['uses'][number];

interface Closed {
  readonly at: Segment;
  readonly from: string;
  readonly to: string;
}

export interface UseLogDeps {
  readonly store: EventStore;
  readonly spool: UseSpool;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digest: Digest;
  readonly onFault: (fault: unknown) => void;
}

/**
 * Every use of a key, on its way from a file into the log. Uses of one turn of the event loop are counted together, and are in the
 * file before anything is appended (`notingStore`), or else before the next turn: nothing that a use makes possible comes before
 * it. Every other second the file becomes events, and the next is begun; a restart finishes what a crash left.
 */
export class KeyUseLog implements KeyUses {
  readonly #turn = new UseCounts();
  readonly #writer: string;
  /** Last revision of this process's own stream, by tenant; looked up when it is not known. */
  readonly #revisions = new Map<string, ExpectedRevision>();
  /** Segments that are closed and not in the log yet, oldest first. */
  readonly #owed: Closed[] = [];
  #segment: Segment;
  #from: string;
  #lines = 0;
  #timer: NodeJS.Timeout | undefined;
  #busy: Promise<void> | null = null;

  constructor(private readonly deps: UseLogDeps) {
    this.#writer = deps.ids.next();
    this.#segment = { writer: this.#writer, segment: deps.ids.next() };
    this.#from = deps.clock.now();
    deps.spool.begin(this.#segment);
  }

  note(use: KeyUse): void {
    if (this.#turn.size === 0) setImmediate(() => this.putDown());
    this.#turn.add(use);
  }

  /** Writes what processes before this one left, then goes on by itself. Call before anything is served. */
  async start(): Promise<void> {
    const now = this.deps.clock.now();
    for (const at of this.deps.spool.left()) if (at.writer !== this.#writer) this.#owed.push({ at, from: now, to: now });
    await this.flush();
    this.#timer = setInterval(() => this.flush().catch(this.deps.onFault), WRITE_EVERY_MS);
    this.#timer.unref();
  }

  /** Everything noted so far is in the log when this resolves. */
  async flush(): Promise<void> {
    // A fault of the one before is told to whoever asked for that one; this one tries again.
    while (this.#busy !== null) await this.#busy.catch(() => undefined);
    this.#busy = this.#write();
    try {
      await this.#busy;
    } finally {
      this.#busy = null;
    }
  }

  /** What cannot be written now stays in its file, and the next start writes it. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush().catch(this.deps.onFault);
    this.deps.spool.end();
    if (this.#lines === 0) this.deps.spool.remove(this.#segment);
  }

  /** What was noted in this turn is in the file when this returns. */
  putDown(): void {
    if (this.#turn.size === 0) return;
    const uses = this.#turn.take();
    for (let from = 0; from < uses.length; from += LINES_AT_MOST) {
      const lines = uses.slice(from, from + LINES_AT_MOST);
      if (this.#lines + lines.length > LINES_AT_MOST) this.#close();
      this.deps.spool.write(lines);
      this.#lines += lines.length;
    }
  }

  async #write(): Promise<void> {
    this.putDown();
    if (this.#lines > 0) this.#close();
    for (let next = this.#owed[0]; next !== undefined; next = this.#owed[0]) {
      const { uses, damagedLines } = this.deps.spool.read(next.at);
      await this.#append(next, uses);
      this.deps.spool.remove(next.at);
      this.#owed.shift();
      if (damagedLines > 0) this.deps.onFault(new DamagedSegment(next.at.segment, damagedLines));
    }
  }

  #close(): void {
    const to = this.deps.clock.now();
    this.#owed.push({ at: this.#segment, from: this.#from, to });
    this.#segment = { writer: this.#writer, segment: this.deps.ids.next() };
    this.deps.spool.begin(this.#segment);
    [this.#from, this.#lines] = [to, 0];
  }

  /** One append a tenant, all or nothing: a segment that was cut short goes on with the tenants that are not in the log. */
  async #append({ at, from, to }: Closed, all: readonly CountedUse[]): Promise<void> {
    for (const [tenant, uses] of byTenant(all)) {
      const stream = streams.keyUses(tenant, at.writer);
      const expected = await this.#expected(stream, at);
      if (expected === null) continue;
      const events = rowsOf(uses).map((rows) => this.#event(tenant, stream, { segment: at.segment, from, to, uses: rows }));
      this.#revisions.delete(stream);
      const result = await this.deps.store.append(stream, expected, events);
      if (result.kind === 'conflict') throw new LedgerFault('store-unavailable');
      this.#revisions.set(stream, result.revision);
    }
  }

  /** Null when the segment stands in the stream already: it was written, and its file not removed in time. */
  async #expected(stream: string, { writer, segment }: Segment): Promise<ExpectedRevision | null> {
    // What others left may be there already, whatever of theirs was written since.
    const known = writer === this.#writer ? this.#revisions.get(stream) : undefined;
    if (known !== undefined) return known;
    const last = await this.deps.store.readStream(stream, { limit: LOOK_BACK, direction: 'backwards' });
    if (last.some(({ event }) => event.type === 'keys-used' && event.data.segment === segment)) return null;
    return last[0]?.revision ?? 'none';
  }

  #event(tenant: string, stream: string, data: EventOf<'keys-used'>['data']): LedgerEvent {
    const id = this.deps.ids.next();
    const envelope = { tenant, actor: LEDGER_ACTOR, purpose: 'SYSADMIN', correlationId: id, causationId: id, idempotency: null };
    return envelop(this.deps, stream, id, { type: 'keys-used', data, source: null, validTime: TIMELESS, content: null }, [], envelope);
  }
}

function byTenant(uses: readonly CountedUse[]): Map<string, CountedUse[]> {
  const tenants = new Map<string, CountedUse[]>();
  for (const use of uses) {
    const own = tenants.get(use.tenant);
    if (own === undefined) tenants.set(use.tenant, [use]);
    else own.push(use);
  }
  return tenants;
}

/** Grouped by who, why and what, and cut so that no event grows without bound: the owners of all rows are no more than a segment has lines. */
function rowsOf(lines: readonly CountedUse[]): Row[][] {
  const counts = new UseCounts();
  for (const use of lines) counts.add(use, use.count);
  const groups = new Map<string, Row>();
  for (const { user, operation, scope, owner, count } of counts.take()) {
    const name = JSON.stringify([user, operation, scope]);
    const group = groups.get(name) ?? { ...user, operation, scope, of: [] };
    group.of.push({ owner, count });
    groups.set(name, group);
  }
  const rows = [...groups.values()];
  const events: Row[][] = [];
  for (let from = 0; from < rows.length; from += ROWS_AT_MOST) events.push(rows.slice(from, from + ROWS_AT_MOST));
  return events;
}
