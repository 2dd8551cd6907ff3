import { randomBytes, randomUUID } from 'node:crypto';
import type { RootKey, RootKeys, RootWrapped } from '../../adapters/keys/root.js';
import { openCommitted, sealCommitted } from '../../adapters/webcrypto/committing.js';
import { LedgerFault } from '../../domain/rejections.js';

/** Root keys that live in memory: for tests of what stands above them. `lost` is a provider that went away. */
export class MemoryRootKeys implements RootKeys {
  readonly provider = 'file';
  readonly #keys = new Map<string, { readonly createdAt: string; readonly key: Uint8Array }>();
  lost = false;
  calls = 0;

  constructor() {
    this.#make();
  }

  async currentId(): Promise<string> {
    this.#reach();
    return [...this.#keys.keys()].at(-1) as string;
  }

  async list(): Promise<readonly RootKey[]> {
    return [...this.#keys].map(([rootId, { createdAt }]) => ({ rootId, createdAt }));
  }

  async wrap(secret: Uint8Array<ArrayBuffer>, context: string): Promise<RootWrapped> {
    const rootId = await this.currentId();
    return { rootId, wrapped: Buffer.from(sealCommitted(this.#keys.get(rootId)?.key as Uint8Array, context, secret)).toString('base64url') };
  }

  async unwrap({ rootId, wrapped }: RootWrapped, context: string): Promise<Uint8Array<ArrayBuffer>> {
    this.#reach();
    const key = this.#keys.get(rootId)?.key;
    if (key === undefined) throw new LedgerFault('key-unreadable');
    try {
      return openCommitted(key, context, Buffer.from(wrapped, 'base64url'));
    } catch (cause) {
      throw new LedgerFault('key-unreadable', { cause });
    }
  }

  async rotate(): Promise<string> {
    this.#reach();
    return this.#make();
  }

  async retire(rootId: string): Promise<void> {
    if (rootId === (await this.currentId())) throw new TypeError('the current root key is not retired');
    this.#keys.delete(rootId);
  }

  async close(): Promise<void> {}

  #make(): string {
    const rootId = randomUUID();
    this.#keys.set(rootId, { createdAt: new Date().toISOString(), key: randomBytes(32) });
    return rootId;
  }

  #reach(): void {
    this.calls += 1;
    if (this.lost) throw new LedgerFault('keys-unavailable');
  }
}
