import { comparePositions } from '../../adapters/eventstoredb/position.js';
import { isAssertion, type LedgerEvent } from '../../schemas/catalogue.js';
import type { LedgerProcess } from '../bench/ledger-process.js';
import { readText, WrongAnswer } from './client.js';

export type StoredEvent = LedgerEvent & { readonly revision: number; readonly position: string };

export interface Place {
  readonly type: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
}

const PAGE = 2000;

/** What the positions of a log can be held to. */
export interface Positions {
  /** What is wrong with an event at `next` behind one at `last`; null when it may stand there. */
  gap(last: string | null, next: string): string | null;
  /** Whether a receipt may say this of an event that stands there. */
  fits(receipt: string, stands: string): boolean;
}

/** The embedded log numbers its events. The whole log is one tenant's here, so that the auditor sees every number. */
export const NUMBERED: Positions = {
  gap: (last, next) => (Number(next) === Number(last ?? 0) + 1 ? null : `the log goes from position ${last ?? 0} to ${next}`),
  fits: (receipt, stands) => receipt === stands,
};

/** EventStoreDB's are byte offsets: they grow, with gaps, so that what is missing is told by the revisions. It says of an append where that ends. */
export const OFFSETS: Positions = {
  gap: (last, next) => (last === null || comparePositions(last, next) < 0 ? null : `position ${next} comes after ${last}`),
  fits: (receipt, stands) => comparePositions(receipt, stands) >= 0,
};

/** What the auditor's replay has shown so far, and what is wrong with it. Read on after each crash, it never reads twice. */
export class LogIndex {
  readonly events = new Map<string, Place>();
  /** Correlation ids of accesses, and access events by patient. */
  readonly accesses = new Set<string>();
  readonly accessesOf = new Map<string, Set<string>>();
  /** How often something was sealed for a patient and scope: as the parts say, and as the audit of keys does. */
  readonly sealed = new Map<string, { parts: number; uses: number }>();
  readonly #segments = new Map<string, string>();
  readonly #streams = new Map<string, number>();
  readonly #statements = new Map<string, string>();
  #position: string | null = null;
  #last: string | null = null;

  constructor(readonly positions: Positions) {}

  /** Reads on to the end of the log; gives the events that were new, and appends to `problems` what must not be. */
  async readOn(ledger: LedgerProcess, auditor: string, problems: Problems): Promise<StoredEvent[]> {
    const fresh: StoredEvent[] = [];
    for (;;) {
      const from = this.#position === null ? '' : `&from=${this.#position}`;
      const page = await readText(ledger, auditor, `/v1/audit/events?limit=${PAGE}${from}`, null);
      if (page === null) throw new WrongAnswer('the replay broke off');
      const events = page.text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as StoredEvent);
      for (const event of events) this.#take(event, problems);
      fresh.push(...events);
      this.#position = page.headers.get('next-from') ?? this.#position;
      if (page.headers.get('replay-end') === 'true') return fresh;
    }
  }

  get through(): string | null {
    return this.#position;
  }

  #take(event: StoredEvent, problems: Problems): void {
    const { id, type, stream, revision, position } = event;
    const last = this.#streams.get(stream) ?? -1;
    if (revision !== last + 1) problems.add('gap', `${stream} goes from revision ${last} to ${revision}`);
    const wrong = this.positions.gap(this.#last, position);
    if (wrong !== null) problems.add('gap', wrong);
    if (this.events.has(id)) problems.add('duplicated', `event ${id} stands twice`);
    const statement = statementOf(event);
    const first = statement === null ? undefined : this.#statements.get(statement);
    if (first !== undefined) problems.add('duplicated', `events ${first} and ${id} of ${stream} say the same`);
    if (statement !== null) this.#statements.set(statement, id);
    this.#streams.set(stream, revision);
    this.#last = position;
    this.events.set(id, { type, stream, revision, position });
    if (event.type === 'access-recorded') this.#access(event);
    if (event.type === 'keys-used') this.#keyUses(event, problems);
    if (isAssertion(event)) for (const { scope } of event.sealed) this.#count(event.data.patientId, scope, 'parts', 1);
  }

  /** A segment may take several events of one stream; the same segment in another stream, or the same uses twice, is one written twice. */
  #keyUses({ stream, contentHash, data }: Extract<StoredEvent, { type: 'keys-used' }>, problems: Problems): void {
    const known = this.#segments.get(data.segment);
    if (known !== undefined && (known === contentHash || !known.startsWith(stream)))
      problems.add('duplicated', `uses of keys of segment ${data.segment} stand twice`);
    this.#segments.set(data.segment, `${stream} ${contentHash}`);
    for (const { operation, scope, of } of data.uses) if (operation === 'seal') for (const { owner, count } of of) this.#count(owner, scope, 'uses', count);
  }

  #count(owner: string, scope: string, what: 'parts' | 'uses', count: number): void {
    const name = `${owner} ${scope}`;
    const known = this.sealed.get(name) ?? { parts: 0, uses: 0 };
    known[what] += count;
    this.sealed.set(name, known);
  }

  #access({ id, correlationId, data }: Extract<StoredEvent, { type: 'access-recorded' }>): void {
    this.accesses.add(correlationId);
    for (const patient of data.patients) {
      const known = this.accessesOf.get(patient) ?? new Set();
      this.accessesOf.set(patient, known.add(id));
    }
  }
}

/** What a command said, by the log's own blind tokens: the same twice is a command that happened twice. */
function statementOf(event: StoredEvent): string | null {
  if (event.type === 'access-recorded' || event.type === 'keys-used') return null;
  if (event.idempotency !== null) return `key ${event.idempotency.key}`;
  if (event.source === null || !('assertionId' in event.data)) return `${event.type} ${event.stream} ${event.contentHash}`;
  const content = 'contentToken' in event.data ? event.data.contentToken : '';
  return `${event.type} ${event.stream} ${event.source.id} ${event.source.recordKey} ${content}`;
}

export type ProblemKind = 'lost' | 'duplicated' | 'gap' | 'unaudited' | 'model';

/** Everything that was found wrong, by kind. */
export class Problems {
  readonly list: { readonly kind: ProblemKind; readonly words: string }[] = [];

  add(kind: ProblemKind, words: string): void {
    this.list.push({ kind, words });
  }

  count(kind: ProblemKind): number {
    return this.list.filter((problem) => problem.kind === kind).length;
  }
}
