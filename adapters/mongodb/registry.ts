import type { ClientSession, Collection } from 'mongodb';
import { LedgerFault } from '../../domain/rejections.js';
import type { Generations } from '../../projections/ports.js';
import type { Database } from './database.js';
import { BY_INDEX, type LeaseDocument, leaseId, type ModelDocument, type RowDocument } from './rows.js';

/**
 * Which generations a model has. Numbers only grow, and a lower one never takes a higher one's place: so what is lower
 * than the newest, and neither active nor being built, is garbage for ever, and any process may drop it.
 */
export class Registry {
  readonly #models: Collection<ModelDocument>;
  readonly #leases: Collection<LeaseDocument>;

  constructor(private readonly database: Database) {
    this.#models = database.collection('models');
    this.#leases = database.collection('leases');
  }

  rows(model: string, generation: number): Collection<RowDocument> {
    return this.database.collection(`${collectionPrefix(model)}${generation}`);
  }

  generations(model: string): Promise<Generations> {
    return this.database.read((session) => this.read(model, session));
  }

  async read(model: string, session: ClientSession): Promise<Generations> {
    const { active = null, building = null } = (await this.#models.findOne({ _id: model }, this.database.readOptions(session))) ?? {};
    return { active, building };
  }

  /** Takes a number, makes the collection, and only then lets the number stand as the one that is being built. */
  async begin(model: string): Promise<number> {
    const generation = await this.database.write(async (session) => {
      const options = this.database.writeOptions(session);
      const first = { active: null, building: null };
      const known = await this.#models.findOneAndUpdate(
        { _id: model },
        { $inc: { next: 1 }, $setOnInsert: first },
        { ...options, upsert: true, returnDocument: 'after' },
      );
      const { next } = known as ModelDocument;
      await this.rows(model, next).createIndex(BY_INDEX, options);
      return next;
    });
    await this.database.transact((session) => this.#build(model, generation, session));
    await this.#sweep(model, generation);
    return generation;
  }

  async activate(model: string, generation: number): Promise<void> {
    const former = await this.database.transact(async (session) => {
      const options = this.database.writeOptions(session);
      const known = await this.#models.findOneAndUpdate({ _id: model, building: generation }, { $set: { active: generation, building: null } }, options);
      if (known === null) {
        // The switch may have happened while its answer was lost.
        if ((await this.#models.findOne({ _id: model, active: generation }, options)) === null) throw new LedgerFault('lease-lost');
        return null;
      }
      if (known.active !== null) await this.#leases.deleteOne({ _id: leaseId(model, known.active) }, options);
      return known.active;
    });
    if (former === null) return;
    // The switch has happened. What cannot be dropped now is dropped when the next generation begins.
    await this.database.write((session) => this.rows(model, former).drop(this.database.writeOptions(session))).catch(() => undefined);
  }

  /** When a later `begin` was faster, this generation counts as begun before it: it is superseded already. */
  async #build(model: string, generation: number, session: ClientSession): Promise<void> {
    const options = this.database.writeOptions(session);
    const newest = {
      _id: model,
      $and: [{ $or: [{ building: null }, { building: { $lt: generation } }] }, { $or: [{ active: null }, { active: { $lt: generation } }] }],
    };
    const former = await this.#models.findOneAndUpdate(newest, { $set: { building: generation } }, options);
    if (former === null) return;
    if (former.building !== null) await this.#leases.deleteOne({ _id: leaseId(model, former.building) }, options);
    const lease = { owner: '', fence: 0, until: new Date(0), checkpoint: null };
    await this.#leases.updateOne({ _id: leaseId(model, generation) }, { $setOnInsert: lease }, { ...options, upsert: true });
  }

  /** Drops what earlier generations left behind, those too whose process died in the middle of a `begin` or `activate`. */
  async #sweep(model: string, newest: number): Promise<void> {
    await this.database.write(async (session) => {
      const names = await this.database.collectionNames();
      const { active, building } = await this.read(model, session);
      for (const name of names) {
        const generation = generationOf(name, model);
        if (generation === null || generation >= newest || generation === active || generation === building) continue;
        await this.rows(model, generation).drop(this.database.writeOptions(session));
      }
    });
  }
}

function collectionPrefix(model: string): string {
  return `rm_${model}_`;
}

function generationOf(name: string, model: string): number | null {
  const rest = name.startsWith(collectionPrefix(model)) ? name.slice(collectionPrefix(model).length) : '';
  return /^[0-9]+$/.test(rest) ? Number(rest) : null;
}
