import { LedgerFault } from '../../domain/rejections.js';
import type { RootKey, RootKeys, RootWrapped } from '../keys/root.js';
import type { HsmOptions, HsmState } from './hsm.js';
import { formOf, openUnder, prepareProof, SECRET_AT_MOST_BYTES, seal } from './root-box.js';
import { destroyRoot, madeAt, makeRoot, objectIdOf, type RootObject, rootIdOf, rootsOn } from './root-objects.js';
import { type SharedHsm, shareHsm } from './shared-hsm.js';

export interface Pkcs11RootOptions extends HsmOptions {
  readonly nowMs?: () => number;
}

/** Root keys that an HSM generates and never lets out. Any number of processes may use one token; the newest key is the current one. */
export class Pkcs11Root implements RootKeys {
  readonly provider = 'pkcs11';

  private constructor(
    private readonly hsm: SharedHsm,
    private readonly nowMs: () => number,
  ) {}

  /** Makes the first root key on a token that holds none. Throws `Pkcs11Refused` for what an operator has to put right. */
  static async open(options: Pkcs11RootOptions): Promise<Pkcs11Root> {
    const nowMs = options.nowMs ?? Date.now;
    const hsm = await shareHsm(options, async (link, first) => {
      const roots = rootsOn(link);
      // Later on, an empty token is one that was wiped or exchanged: a new key there would hide the loss.
      if (roots.length === 0 && first) roots.push(await makeRoot(link, nowMs(), roots));
      await prepareProof(link, newestOf(roots));
    });
    return new Pkcs11Root(hsm, nowMs);
  }

  get state(): HsmState {
    return this.hsm.state;
  }

  currentId(): Promise<string> {
    return this.hsm.run(async (link) => rootIdOf(newestOf(rootsOn(link)).id));
  }

  list(): Promise<readonly RootKey[]> {
    return this.hsm.run(async (link) => {
      const roots = rootsOn(link);
      newestOf(roots);
      return roots.map(({ id }) => ({ rootId: rootIdOf(id), createdAt: madeAt(id) }));
    });
  }

  async wrap(secret: Uint8Array<ArrayBuffer>, context: string): Promise<RootWrapped> {
    if (secret.length === 0 || secret.length > SECRET_AT_MOST_BYTES) throw new RangeError('a secret has 1 to 1024 bytes');
    return this.hsm.run(async (link) => {
      const root = newestOf(rootsOn(link));
      return { rootId: rootIdOf(root.id), wrapped: Buffer.from(await seal(link, root, secret, context)).toString('base64url') };
    });
  }

  async unwrap(wrapped: RootWrapped, context: string): Promise<Uint8Array<ArrayBuffer>> {
    const id = objectIdOf(wrapped.rootId);
    const form = formOf(wrapped.wrapped);
    if (id === undefined || form === undefined) throw new LedgerFault('key-unreadable');
    return this.hsm.run((link) => openUnder(link, id, form, context));
  }

  rotate(): Promise<string> {
    return this.hsm.run(async (link) => {
      await makeRoot(link, this.nowMs(), rootsOn(link));
      const newest = newestOf(rootsOn(link));
      await prepareProof(link, newest);
      return rootIdOf(newest.id);
    });
  }

  async retire(rootId: string): Promise<void> {
    const id = objectIdOf(rootId);
    if (id === undefined) return;
    const current = await this.hsm.run(async (link) => {
      const newest = newestOf(rootsOn(link));
      if (newest.id === id) return true;
      await prepareProof(link, newest);
      destroyRoot(link, id);
      return false;
    });
    if (current) throw new TypeError('the current root key cannot be retired: rotate first');
  }

  close(): Promise<void> {
    return this.hsm.release();
  }
}

/** A proven token holds a root key: one that shows none is lost. */
function newestOf(roots: readonly RootObject[]): RootObject {
  const newest = roots.at(-1);
  if (newest === undefined) throw new Error('the token shows no root key');
  return newest;
}
