import { LedgerFault } from '../../domain/rejections.js';
import type { Checkpoint, Generations, PageOptions, ReadModels, Row, Save } from '../../projections/ports.js';

interface Generation {
  readonly rows: Map<string, string>;
  checkpoint: Checkpoint | null;
  lease: { owner: string; fence: number; untilMs: number };
}

interface Model {
  active: number | null;
  building: number | null;
  next: number;
  readonly generations: Map<number, Generation>;
}

/** Read models in memory, for tests. Rows are kept as JSON text, so that nobody shares an object with the store. */
export class MemoryReadModels implements ReadModels {
  readonly #models = new Map<string, Model>();

  constructor(private readonly nowMs: () => number = Date.now) {}

  async get(model: string, keys: readonly string[], generation?: number): Promise<readonly (Row | undefined)[]> {
    const rows = this.#generation(model, generation)?.rows;
    return keys.map((key) => rowOf(rows?.get(key)));
  }

  async byIndex(model: string, value: string, page: PageOptions, generation?: number): Promise<readonly Row[]> {
    return this.#page(model, page, generation, (row) => row.index.includes(value));
  }

  async byPrefix(model: string, prefix: string, page: PageOptions, generation?: number): Promise<readonly Row[]> {
    return this.#page(model, page, generation, (row) => row.key.startsWith(prefix));
  }

  async keysByIndex(model: string, values: readonly string[], generation?: number): Promise<readonly (readonly string[])[]> {
    return values.map((value) => this.#page(model, { limit: Number.MAX_SAFE_INTEGER }, generation, (row) => row.index.includes(value)).map((row) => row.key));
  }

  async checkpoint(model: string, generation?: number): Promise<Checkpoint | null> {
    return this.#generation(model, generation)?.checkpoint ?? null;
  }

  async save(model: string, generation: number, fence: number, { put, remove, checkpoint }: Save): Promise<void> {
    const target = this.#models.get(model)?.generations.get(generation);
    if (target === undefined || target.lease.fence !== fence) throw new LedgerFault('lease-lost');
    for (const key of remove) target.rows.delete(key);
    for (const row of put) target.rows.set(row.key, JSON.stringify(row));
    target.checkpoint = checkpoint;
  }

  async generations(model: string): Promise<Generations> {
    const { active = null, building = null } = this.#models.get(model) ?? {};
    return { active, building };
  }

  async begin(model: string): Promise<number> {
    const known: Model = this.#models.get(model) ?? { active: null, building: null, next: 1, generations: new Map() };
    this.#models.set(model, known);
    if (known.building !== null) known.generations.delete(known.building);
    known.building = known.next++;
    known.generations.set(known.building, { rows: new Map(), checkpoint: null, lease: { owner: '', fence: 0, untilMs: 0 } });
    return known.building;
  }

  async activate(model: string, generation: number): Promise<void> {
    const known = this.#models.get(model);
    if (known?.active === generation) return;
    if (known === undefined || known.building !== generation) throw new LedgerFault('lease-lost');
    if (known.active !== null) known.generations.delete(known.active);
    known.active = generation;
    known.building = null;
  }

  async purge(): Promise<boolean> {
    return true;
  }

  async lease(model: string, generation: number, owner: string, ttlMs: number): Promise<number | null> {
    const target = this.#models.get(model)?.generations.get(generation);
    if (target === undefined) throw new LedgerFault('lease-lost');
    const { lease } = target;
    if (lease.owner !== owner && lease.untilMs > this.nowMs()) return null;
    target.lease = { owner, fence: lease.owner === owner ? lease.fence : lease.fence + 1, untilMs: this.nowMs() + ttlMs };
    return target.lease.fence;
  }

  async close(): Promise<void> {}

  #generation(model: string, generation?: number): Generation | undefined {
    const known = this.#models.get(model);
    const number = generation ?? known?.active ?? null;
    return number === null ? undefined : known?.generations.get(number);
  }

  #page(model: string, { after, limit }: PageOptions, generation: number | undefined, fits: (row: Row) => boolean): Row[] {
    const rows = [...(this.#generation(model, generation)?.rows.values() ?? [])].map((text) => rowOf(text) as Row);
    return rows
      .filter((row) => fits(row) && (after === undefined || compareBytes(row.key, after) > 0))
      .sort((left, right) => compareBytes(left.key, right.key))
      .slice(0, limit);
  }
}

/** UTF-16 would sort letters beyond the basic plane before some within it. */
function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function rowOf(text: string | undefined): Row | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Row);
}
