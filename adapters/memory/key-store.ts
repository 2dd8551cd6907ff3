import type { KeyState, KeyStore, Rewrap, SecretCount, WrappedKek, WrappedSecret } from '../keys/key-store.js';

/** For tests. */
export class MemoryKeyStore implements KeyStore {
  readonly #secrets = new Map<string, WrappedSecret>();
  readonly #claims = new Map<string, string>();
  readonly #erased = new Set<string>();
  readonly #keks = new Map<string, WrappedKek>();
  readonly #cursors = new Map<string, string>();

  async secrets(tenant: string, owner: string): Promise<readonly WrappedSecret[]> {
    return this.#sorted((secret) => secret.tenant === tenant && secret.owner === owner);
  }

  async add(secret: WrappedSecret): Promise<WrappedSecret | undefined> {
    return this.#add(secret);
  }

  #add(secret: WrappedSecret): WrappedSecret | undefined {
    if (this.#erased.has(`${secret.tenant}/${secret.owner}`)) return undefined;
    const name = nameOf(secret);
    const known = this.#secrets.get(name);
    if (known === undefined) this.#secrets.set(name, secret);
    return known ?? secret;
  }

  async setState(tenant: string, owner: string, generation: number, state: KeyState): Promise<void> {
    const name = nameOf({ tenant, owner, generation });
    const known = this.#secrets.get(name);
    if (known !== undefined) this.#secrets.set(name, { ...known, state });
  }

  async claim(tenant: string, claim: string, claimed: string, secret: WrappedSecret | null): Promise<string> {
    const name = `${tenant}/${claim}`;
    const known = this.#claims.get(name);
    if (known !== undefined) return known;
    this.#claims.set(name, claimed);
    if (secret !== null) this.#add(secret);
    return claimed;
  }

  async secretsUnder(tenant: string, kekId: string, page: { after: { owner: string; generation: number } | null; limit: number }) {
    const all = this.#sorted((secret) => secret.tenant === tenant && secret.kekId === kekId);
    const { after } = page;
    const left = after === null ? all : all.filter((one) => one.owner > after.owner || (one.owner === after.owner && one.generation > after.generation));
    return left.slice(0, page.limit);
  }

  async rewrap(changes: readonly Rewrap[]): Promise<number> {
    let changed = 0;
    for (const { fromKekId, kekId, wrapped, state, ...place } of changes) {
      const known = this.#secrets.get(nameOf(place));
      if (known?.kekId !== fromKekId) continue;
      this.#secrets.set(nameOf(place), { ...known, kekId, wrapped, state: state ?? known.state });
      changed += 1;
    }
    return changed;
  }

  async countSecrets(tenant: string): Promise<readonly SecretCount[]> {
    const counts = new Map<string, SecretCount>();
    for (const { kekId, state } of this.#sorted((secret) => secret.tenant === tenant)) {
      const name = `${kekId}/${state}`;
      counts.set(name, { kekId, state, secrets: (counts.get(name)?.secrets ?? 0) + 1 });
    }
    return [...counts.values()];
  }

  async tenants(): Promise<readonly string[]> {
    return [...new Set([...this.#secrets.values()].map(({ tenant }) => tenant))];
  }

  async erase(tenant: string, owner: string): Promise<void> {
    for (const secret of await this.secrets(tenant, owner)) this.#secrets.delete(nameOf(secret));
    this.#erased.add(`${tenant}/${owner}`);
  }

  async isErased(tenant: string, owner: string): Promise<boolean> {
    return this.#erased.has(`${tenant}/${owner}`);
  }

  async keks(tenant: string): Promise<readonly WrappedKek[]> {
    return (await this.allKeks()).filter((kek) => kek.tenant === tenant);
  }

  async allKeks(): Promise<readonly WrappedKek[]> {
    return [...this.#keks.values()].sort((left, right) =>
      left.tenant < right.tenant ? -1 : left.tenant > right.tenant ? 1 : left.generation - right.generation,
    );
  }

  async addKek(kek: WrappedKek): Promise<WrappedKek> {
    const known = [...this.#keks.values()].find(({ tenant, generation }) => tenant === kek.tenant && generation === kek.generation);
    if (known === undefined) this.#keks.set(`${kek.tenant}/${kek.kekId}`, kek);
    return known ?? kek;
  }

  async rewrapKek({ tenant, kekId, rootId, wrapped }: Pick<WrappedKek, 'tenant' | 'kekId' | 'rootId' | 'wrapped'>, fromRootId: string): Promise<boolean> {
    const known = this.#keks.get(`${tenant}/${kekId}`);
    if (known?.rootId !== fromRootId) return false;
    this.#keks.set(`${tenant}/${kekId}`, { ...known, rootId, wrapped });
    return true;
  }

  async setKekState(tenant: string, kekId: string, state: KeyState): Promise<void> {
    const known = this.#keks.get(`${tenant}/${kekId}`);
    if (known !== undefined) this.#keks.set(`${tenant}/${kekId}`, { ...known, state });
  }

  async removeKek(tenant: string, kekId: string): Promise<void> {
    if ((await this.secretsUnder(tenant, kekId, { after: null, limit: 1 })).length > 0) throw new TypeError('secrets are still wrapped under this key');
    this.#keks.delete(`${tenant}/${kekId}`);
  }

  async cursor(name: string): Promise<string | null> {
    return this.#cursors.get(name) ?? null;
  }

  async keepCursor(name: string, position: string): Promise<void> {
    this.#cursors.set(name, position);
  }

  async close(): Promise<void> {}

  #sorted(which: (secret: WrappedSecret) => boolean): WrappedSecret[] {
    return [...this.#secrets.values()]
      .filter(which)
      .sort((left, right) => (left.owner < right.owner ? -1 : left.owner > right.owner ? 1 : left.generation - right.generation));
  }
}

function nameOf({ tenant, owner, generation }: { readonly tenant: string; readonly owner: string; readonly generation: number }): string {
  return JSON.stringify([tenant, owner, generation]);
}
