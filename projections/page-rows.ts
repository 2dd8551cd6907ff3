import { LedgerFault } from '../domain/rejections.js';
import type { Recorded } from '../schemas/catalogue.js';
import type { ReadModels, Row } from './ports.js';
import type { Changes, Needs, Projection, RowView } from './projection.js';

const PREFIX_PAGE = 1000;
/** How often an event may ask for rows that only what was found could name. */
const ROUNDS_AT_MOST = 8;
const NOTHING: Needs = { keys: [], index: [] };
const NO_ROWS: readonly Row[] = [];

/** Where rows are fetched from. */
export interface RowSource {
  readonly models: ReadModels;
  readonly model: string;
  readonly generation: number;
}

/**
 * The rows that a page of events touches: fetched together before, changed in memory, saved together after.
 */
export class PageRows implements RowView {
  readonly #rows = new Map<string, Row | undefined>();
  readonly #index = new Map<string, Set<string>>();
  readonly #changed = new Set<string>();

  private constructor(private readonly compare: (left: string, right: string) => number) {}

  static async fetch(
    models: ReadModels,
    projection: Projection,
    generation: number,
    page: readonly Recorded[],
    compare: (left: string, right: string) => number,
  ): Promise<PageRows> {
    const rows = new PageRows(compare);
    const source = { models, model: projection.name, generation };
    await rows.add(
      source,
      page.map(({ event }) => projection.needs(event)),
    );
    let asking = projection.also === undefined ? [] : page;
    for (let round = 0; asking.length > 0; round++) {
      if (round === ROUNDS_AT_MOST) throw new LedgerFault('internal', { cause: new Error(`${projection.name} asks for rows without end`) });
      const more = asking.map(({ event }) => projection.also?.(event, rows) ?? NOTHING);
      asking = asking.filter((_, nth) => rows.#lacks(more[nth] ?? NOTHING));
      await rows.add(source, more);
    }
    return rows;
  }

  #lacks({ keys, index }: Needs): boolean {
    return index.some((value) => !this.#index.has(value)) || keys.some((key) => !this.#rows.has(key));
  }

  /** No rows yet. */
  static none(compare: (left: string, right: string) => number): PageRows {
    return new PageRows(compare);
  }

  /** Fetches what is needed and not here yet. Before anything is changed: rows of the store would hide changes. */
  async add({ models, model, generation }: RowSource, all: readonly Needs[]): Promise<void> {
    const keys = new Set<string>();
    const values = new Set<string>();
    const prefixes = new Set<string>();
    for (const needs of all) {
      for (const key of needs.keys) keys.add(key);
      for (const value of needs.index) if (!this.#index.has(value)) values.add(value);
      for (const prefix of needs.prefixes ?? []) prefixes.add(prefix);
    }
    for (const prefix of prefixes) await this.#fetchPrefix(models, model, prefix, generation);
    const wanted = [...values];
    const found = wanted.length === 0 ? [] : await models.keysByIndex(model, wanted, generation);
    wanted.forEach((value, at) => {
      this.#index.set(value, new Set(found[at]));
      for (const key of found[at] ?? []) keys.add(key);
    });
    const asked = [...keys].filter((key) => !this.#rows.has(key));
    const got = asked.length === 0 ? [] : await models.get(model, asked, generation);
    for (const [at, key] of asked.entries()) this.#rows.set(key, got[at]);
  }

  async #fetchPrefix(models: ReadModels, model: string, prefix: string, generation: number): Promise<void> {
    for (let after: string | undefined; ; ) {
      const found = await models.byPrefix(model, prefix, { limit: PREFIX_PAGE, ...(after === undefined ? {} : { after }) }, generation);
      for (const row of found) this.#rows.set(row.key, row);
      if (found.length < PREFIX_PAGE) return;
      after = found.at(-1)?.key;
    }
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  /** In key order: what a projection makes of the rows must not depend on where pages of events happen to end. */
  byIndex(value: string): readonly Row[] {
    const keys = this.#index.get(value);
    if (keys === undefined || keys.size === 0) return NO_ROWS;
    const sorted = keys.size === 1 ? [...keys] : [...keys].sort();
    return sorted.map((key) => this.#rows.get(key)).filter((row) => row !== undefined);
  }

  byPrefix(prefix: string): readonly Row[] {
    const keys = [...this.#rows.keys()].filter((key) => key.startsWith(prefix));
    return keys
      .sort()
      .map((key) => this.#rows.get(key))
      .filter((row) => row !== undefined);
  }

  /**
   * Was the event applied before? Rows and checkpoint are saved together, so one fetched row that is at or past the event
   * says that all of it is in.
   */
  applied(needs: Needs, position: string): boolean {
    const rows = [...needs.keys.map((key) => this.get(key)), ...needs.index.flatMap((value) => this.byIndex(value))];
    return rows.some((row) => row !== undefined && !this.#changed.has(row.key) && this.compare(row.position, position) >= 0);
  }

  /** Takes over what an event changed. */
  change(changes: Changes, position: string): void {
    for (const key of changes.remove) this.#set(key, undefined);
    for (const row of changes.put) this.#set(row.key, { position, ...row });
  }

  changes(): { put: Row[]; remove: string[] } {
    const put: Row[] = [];
    const remove: string[] = [];
    for (const key of this.#changed) {
      const row = this.#rows.get(key);
      if (row === undefined) remove.push(key);
      else put.push(row);
    }
    return { put, remove };
  }

  #set(key: string, row: Row | undefined): void {
    for (const value of this.#rows.get(key)?.index ?? []) this.#index.get(value)?.delete(key);
    this.#rows.set(key, row);
    this.#changed.add(key);
    for (const value of row?.index ?? []) {
      const keys = this.#index.get(value);
      if (keys === undefined) this.#index.set(value, new Set([key]));
      else keys.add(key);
    }
  }
}
