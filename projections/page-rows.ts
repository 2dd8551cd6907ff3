import type { Recorded } from '../schemas/catalogue.js';
import type { ReadModels, Row } from './ports.js';
import type { Changes, Needs, Projection, RowView } from './projection.js';

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
    const keys = new Set<string>();
    const values = new Set<string>();
    for (const { event } of page) {
      const needs = projection.needs(event);
      for (const key of needs.keys) keys.add(key);
      for (const value of needs.index) values.add(value);
    }
    const wanted = [...values];
    const found = wanted.length === 0 ? [] : await models.keysByIndex(projection.name, wanted, generation);
    wanted.forEach((value, at) => {
      rows.#index.set(value, new Set(found[at]));
      for (const key of found[at] ?? []) keys.add(key);
    });
    const asked = [...keys];
    const got = asked.length === 0 ? [] : await models.get(projection.name, asked, generation);
    for (const [at, key] of asked.entries()) rows.#rows.set(key, got[at]);
    return rows;
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  /** In key order: what a projection makes of the rows must not depend on where pages of events happen to end. */
  byIndex(value: string): readonly Row[] {
    return [...(this.#index.get(value) ?? [])]
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
    for (const row of changes.put) this.#set(row.key, { ...row, position });
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
