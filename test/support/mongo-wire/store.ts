import type { Document } from 'mongodb';

export type Documents = ReadonlyMap<string, Document>;
type State = ReadonlyMap<string, Documents>;

/** Another transaction wrote the document, or is about to. */
export class WriteConflict extends Error {}

const STATES_KEPT = 200;
const EMPTY: Documents = new Map();

/** Committed states, the newest last, and who is writing what. States share what did not change. */
export class Store {
  #states: { readonly at: number; readonly state: State }[] = [{ at: 1, state: new Map() }];
  readonly #locks = new Map<string, Transaction>();
  readonly indexes = new Map<string, Set<string>>();

  get now(): number {
    return this.#states.at(-1)?.at ?? 1;
  }

  /** The newest state that is not after `at`. */
  at(at: number = this.now): State {
    return this.#states.findLast((one) => one.at <= at)?.state ?? new Map();
  }

  begin(): Transaction {
    return new Transaction(this, this.at());
  }

  lock(name: string, owner: Transaction): void {
    const holder = this.#locks.get(name);
    if (holder !== undefined && holder !== owner) throw new WriteConflict();
    this.#locks.set(name, owner);
  }

  release(owner: Transaction): void {
    for (const [name, holder] of this.#locks) if (holder === owner) this.#locks.delete(name);
  }

  commit(changed: ReadonlyMap<string, ReadonlyMap<string, Document | null>>): void {
    const state = new Map(this.at());
    for (const [namespace, documents] of changed) {
      const merged = new Map(state.get(namespace));
      for (const [id, document] of documents) {
        if (document === null) merged.delete(id);
        else merged.set(id, document);
      }
      state.set(namespace, merged);
    }
    this.#push(state);
  }

  create(namespace: string): void {
    if (!this.at().has(namespace)) this.#push(new Map(this.at()).set(namespace, EMPTY));
  }

  drop(namespace: string): boolean {
    if ([...this.#locks.keys()].some((name) => name.startsWith(`${namespace}\0`))) throw new WriteConflict();
    const state = new Map(this.at());
    const known = state.delete(namespace);
    this.indexes.delete(namespace);
    if (known) this.#push(state);
    return known;
  }

  #push(state: State): void {
    this.#states.push({ at: this.now + 1, state });
    if (this.#states.length > STATES_KEPT) this.#states.shift();
  }
}

/** Snapshot isolation: reads see the state at the beginning and the own writes; the first writer of a document wins. */
export class Transaction {
  readonly #changed = new Map<string, Map<string, Document | null>>();
  readonly #seen = new Map<string, Map<string, Document>>();

  constructor(
    private readonly store: Store,
    private readonly base: State,
  ) {}

  documents(namespace: string): Documents {
    return this.#seen.get(namespace) ?? this.base.get(namespace) ?? EMPTY;
  }

  write(namespace: string, id: string, document: Document | null): void {
    const own = this.#changed.get(namespace) ?? new Map<string, Document | null>();
    this.store.lock(`${namespace}\0${id}`, this);
    if (!own.has(id) && this.store.at().get(namespace)?.get(id) !== this.base.get(namespace)?.get(id)) throw new WriteConflict();
    this.#changed.set(namespace, own.set(id, document));
    const seen = this.#seen.get(namespace) ?? new Map(this.base.get(namespace));
    if (document === null) seen.delete(id);
    else seen.set(id, document);
    this.#seen.set(namespace, seen);
  }

  commit(): void {
    if (this.#changed.size > 0) this.store.commit(this.#changed);
    this.store.release(this);
  }

  abort(): void {
    this.store.release(this);
  }
}
