import { join } from 'node:path';
import type { EventStore } from '../commands/ports.js';
import type { ReadModels } from '../projections/ports.js';
import type { Config } from './config.js';
import { EmbeddedEventStore, type EmbeddedEvents } from './embedded/event-store.js';
import { EmbeddedKeyStore } from './embedded/key-store.js';
import { EmbeddedReadModels } from './embedded/read-models.js';
import type { KeyStore } from './keys/key-store.js';

/** What threads of one process share of the embedded stores. */
export interface SharedStores {
  readonly events: EmbeddedEvents | null;
  readonly modelsVersion: SharedArrayBuffer;
}

export const layout = {
  lock: (dataDir: string) => join(dataDir, 'lock.db'),
  events: (dataDir: string) => join(dataDir, 'events.db'),
  keys: (dataDir: string) => join(dataDir, 'keys', 'wrapped-keys.db'),
  keyUses: (dataDir: string) => join(dataDir, 'keys', 'uses'),
  readModels: (dataDir: string) => join(dataDir, 'read-models'),
} as const;

/** The event store that the configuration names, for writing. */
export async function openEventStore(
  config: Config,
  onBatch: (size: number) => void,
): Promise<{ store: EventStore; shared: EmbeddedEvents | null; waiting: () => number }> {
  if (config.eventStoreUrl !== null) {
    const { EventStoreDbEventStore } = await import('./eventstoredb/event-store.js');
    const store = await EventStoreDbEventStore.connect(config.eventStoreUrl);
    return { store, shared: null, waiting: () => store.waiting };
  }
  const store = await EmbeddedEventStore.open(layout.events(config.dataDir), onBatch);
  return { store, shared: store.shared, waiting: () => store.waiting };
}

/** The same log for a thread that only reads. */
export async function openEventReader(config: Config, shared: EmbeddedEvents | null): Promise<EventStore> {
  if (shared !== null) return EmbeddedEventStore.reader(shared);
  return (await openEventStore(config, () => undefined)).store;
}

export async function openReadModels(config: Config, modelsVersion: SharedArrayBuffer): Promise<ReadModels> {
  if (config.mongodbUrl === null) return new EmbeddedReadModels(layout.readModels(config.dataDir), modelsVersion);
  const { MongoReadModels } = await import('./mongodb/read-models.js');
  return MongoReadModels.connect(config.mongodbUrl);
}

export async function openKeyStore(config: Config): Promise<KeyStore> {
  if (config.mongodbUrl === null) return new EmbeddedKeyStore(layout.keys(config.dataDir));
  const { MongoKeyStore } = await import('./mongodb/key-store.js');
  return MongoKeyStore.connect(config.mongodbUrl);
}
