import type { KeyStore, WrappedSecret } from '../keys/key-store.js';

/** For tests. */
export class MemoryKeyStore implements KeyStore {
  readonly #secrets = new Map<string, WrappedSecret>();
  readonly #claims = new Map<string, string>();

  async get(tenant: string, owner: string): Promise<WrappedSecret | undefined> {
    return this.#secrets.get(`${tenant}/${owner}`);
  }

  async putIfAbsent(secret: WrappedSecret): Promise<WrappedSecret> {
    const name = `${secret.tenant}/${secret.owner}`;
    const known = this.#secrets.get(name);
    if (known === undefined) this.#secrets.set(name, secret);
    return known ?? secret;
  }

  async claim(tenant: string, claim: string, patientId: string, secret: WrappedSecret | null): Promise<string> {
    const name = `${tenant}/${claim}`;
    const known = this.#claims.get(name);
    if (known !== undefined) return known;
    this.#claims.set(name, patientId);
    if (secret !== null) await this.putIfAbsent(secret);
    return patientId;
  }

  async close(): Promise<void> {}
}
