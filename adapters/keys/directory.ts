import type { KeyDirectory } from '../../commands/ports.js';
import type { KeyLevel } from '../../schemas/phi/key-levels.js';
import { currentKek, INDEX_OWNER, type KeyStore, TENANT_OWNER } from './key-store.js';
import type { RootKeys } from './root.js';

/** Whose secrets a level speaks of; null where it speaks of keys that wrap others. */
export function ownerOf(level: KeyLevel, patientId: string | null): string | null {
  if (level === 'patient') return patientId;
  if (level === 'tenant-secret') return TENANT_OWNER;
  return level === 'index' ? INDEX_OWNER : null;
}

export class StoredKeyDirectory implements KeyDirectory {
  constructor(
    private readonly store: KeyStore,
    private readonly root: RootKeys,
  ) {}

  async currentKeyId(tenant: string, level: KeyLevel, patientId: string | null): Promise<string | null> {
    if (level === 'root') return this.root.currentId();
    if (level === 'tenant') return currentKek(await this.store.keks(tenant))?.kekId ?? null;
    return (await this.#ids(tenant, level, patientId)).at(-1) ?? null;
  }

  async knows(tenant: string, level: KeyLevel, patientId: string | null, keyId: string): Promise<boolean> {
    return (await this.#ids(tenant, level, patientId)).includes(keyId);
  }

  async #ids(tenant: string, level: KeyLevel, patientId: string | null): Promise<string[]> {
    if (level === 'root') return (await this.root.list()).map(({ rootId }) => rootId);
    const owner = ownerOf(level, patientId);
    if (owner === null) return (await this.store.keks(tenant)).map(({ kekId }) => kekId);
    return (await this.store.secrets(tenant, owner)).map(({ keyId }) => keyId);
  }
}
