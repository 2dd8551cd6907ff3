import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LedgerFault } from '../../domain/rejections.js';
import { type Checkpoint, type Generations, KEPT_UNDER_TENANT_KEYS, type PageOptions, type ReadModels, type Row, type Save } from '../../projections/ports.js';
import { ReadModelFile } from './read-model-file.js';
import { isDiskFull, Sqlite, type Statement } from './sqlite.js';

/**
 * Read models in SQLite files of one folder: `models.db` says which generation of each model is active. Several threads
 * of one process may hold the folder open; `version` (shared memory) tells them that a generation has changed.
 */
export class EmbeddedReadModels implements ReadModels {
  readonly #registry: Sqlite;
  readonly #find: Statement;
  readonly #files = new Map<string, ReadModelFile>();
  readonly #known = new Map<string, Generations>();
  readonly #version: Int32Array;
  #seen = -1;

  constructor(
    private readonly folder: string,
    version: SharedArrayBuffer = new SharedArrayBuffer(4),
  ) {
    this.#version = new Int32Array(version);
    this.#registry = new Sqlite(join(folder, 'models.db'), { synchronous: 'FULL', cacheKib: 256 });
    this.#registry.exec('CREATE TABLE IF NOT EXISTS model (name TEXT PRIMARY KEY, active INTEGER, building INTEGER, next INTEGER NOT NULL) WITHOUT ROWID');
    this.#find = this.#registry.prepare('SELECT active, building, next FROM model WHERE name = ?');
  }

  async get(model: string, keys: readonly string[], generation?: number): Promise<readonly (Row | undefined)[]> {
    return this.#read(
      model,
      generation,
      (file) => file.get(keys),
      () => keys.map(() => undefined),
    );
  }

  async byIndex(model: string, value: string, page: PageOptions, generation?: number): Promise<readonly Row[]> {
    return this.#read(
      model,
      generation,
      (file) => file.byIndex(value, page),
      () => [],
    );
  }

  async byPrefix(model: string, prefix: string, page: PageOptions, generation?: number): Promise<readonly Row[]> {
    return this.#read(
      model,
      generation,
      (file) => file.byPrefix(prefix, page),
      () => [],
    );
  }

  async keysByIndex(model: string, values: readonly string[], generation?: number): Promise<readonly (readonly string[])[]> {
    return this.#read(
      model,
      generation,
      (file) => file.keysByIndex(values),
      () => values.map(() => []),
    );
  }

  async checkpoint(model: string, generation?: number): Promise<Checkpoint | null> {
    return this.#read(
      model,
      generation,
      (file) => file.checkpoint(),
      () => null,
    );
  }

  async save(model: string, generation: number, _fence: number, save: Save): Promise<void> {
    if (!this.#exists(model, generation)) throw new LedgerFault('lease-lost');
    try {
      this.#guard(() => this.#file(model, generation).save(save));
    } catch (fault) {
      // Without a journal nothing can be taken back: what was being built is given up, and begun anew by whoever wants it.
      if (generation === this.#generations(model).building) this.#giveUp(model, generation);
      throw fault;
    }
  }

  async generations(model: string): Promise<Generations> {
    return this.#generations(model);
  }

  async begin(model: string): Promise<number> {
    const row = this.#guard(() => this.#find.get(model));
    const generation = Number(row?.['next'] ?? 1);
    const former = numberOrNull(row?.['building']);
    this.#register(model, numberOrNull(row?.['active']), generation, generation + 1);
    if (former !== null) this.#drop(model, former);
    return generation;
  }

  async activate(model: string, generation: number): Promise<void> {
    const { active, building } = this.#generations(model);
    if (active === generation) return;
    if (building !== generation) throw new LedgerFault('lease-lost');
    this.#guard(() => this.#settle(model, generation));
    this.#register(model, generation, null, generation + 1);
    if (active !== null) this.#drop(model, active);
  }

  /** One process owns the folder, and it runs each model once: there is nobody to take a lease from. */
  async lease(model: string, generation: number): Promise<number> {
    if (!this.#exists(model, generation)) throw new LedgerFault('lease-lost');
    return 1;
  }

  async purge(model: string): Promise<boolean> {
    const { active } = this.#generations(model);
    return active === null || this.#guard(() => this.#file(model, active).purge());
  }

  async close(): Promise<void> {
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
    this.#registry.close();
  }

  #register(model: string, active: number | null, building: number | null, next: number): void {
    this.#guard(() =>
      this.#registry.prepare('INSERT OR REPLACE INTO model (name, active, building, next) VALUES (?, ?, ?, ?)').run(model, active, building, next),
    );
    Atomics.add(this.#version, 0, 1);
  }

  #generations(model: string): Generations {
    const version = Atomics.load(this.#version, 0);
    if (version !== this.#seen) {
      this.#known.clear();
      this.#seen = version;
    }
    const known = this.#known.get(model);
    if (known !== undefined) return known;
    const row = this.#guard(() => this.#find.get(model));
    const found = { active: numberOrNull(row?.['active']), building: numberOrNull(row?.['building']) };
    this.#known.set(model, found);
    this.#closeFormer(model, found);
    return found;
  }

  /** Another thread switched: this one's handles on what is gone are closed, and the disk gets its room back. */
  #closeFormer(model: string, { active, building }: Generations): void {
    for (const [name, file] of this.#files) {
      const [owner, generation] = name.split('/');
      if (owner !== model || Number(generation) === active || Number(generation) === building) continue;
      file.close();
      this.#files.delete(name);
    }
  }

  #exists(model: string, generation: number): boolean {
    const { active, building } = this.#generations(model);
    return generation === active || generation === building;
  }

  /** Another thread may switch and drop in the middle of a read; then what was read is not the model, and is read again. */
  #read<T>(model: string, generation: number | undefined, read: (file: ReadModelFile) => T, none: () => T): T {
    for (;;) {
      const version = Atomics.load(this.#version, 0);
      const number = generation ?? this.#generations(model).active;
      // Opening a file would make it: a generation that does not exist is not opened.
      const result = number === null || !this.#exists(model, number) ? none() : this.#guard(() => read(this.#file(model, number)));
      if (Atomics.load(this.#version, 0) === version) return result;
    }
  }

  #file(model: string, generation: number, building = generation === this.#generations(model).building): ReadModelFile {
    const name = `${model}/${generation}`;
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const fresh = new ReadModelFile(this.#path(model, generation), building, KEPT_UNDER_TENANT_KEYS.includes(model));
    this.#files.set(name, fresh);
    return fresh;
  }

  /** What was built without a journal is brought to the disk before anybody reads it, and goes on with one. */
  #settle(model: string, generation: number): void {
    // Makes its tables, if nothing was ever saved.
    this.#file(model, generation, true);
    this.#close(model, generation);
    const file = openSync(this.#path(model, generation), 'r+');
    fsyncSync(file);
    closeSync(file);
    // Opened with its journal before others may open it, so that none of them has to wait for the change.
    this.#file(model, generation, false);
  }

  #giveUp(model: string, generation: number): void {
    this.#register(model, this.#generations(model).active, null, generation + 1);
    this.#drop(model, generation);
  }

  #close(model: string, generation: number): void {
    const name = `${model}/${generation}`;
    this.#files.get(name)?.close();
    this.#files.delete(name);
  }

  #drop(model: string, generation: number): void {
    this.#close(model, generation);
    for (const suffix of ['', '-wal', '-shm']) rmSync(this.#path(model, generation) + suffix, { force: true });
  }

  #path(model: string, generation: number): string {
    return join(this.folder, `${model}.${generation}.db`);
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      if (cause instanceof LedgerFault) throw cause;
      throw new LedgerFault(isDiskFull(cause) ? 'store-full' : 'read-models-unavailable', { cause });
    }
  }
}

function numberOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}
