import type { KeyObject, webcrypto } from 'node:crypto';
import { LedgerFault } from '../../domain/rejections.js';
import { openCommitted, sealCommitted } from '../webcrypto/committing.js';
import { fromBase64url, gcm, NONCE_BYTES, subtle } from '../webcrypto/subtle.js';
import { codeOf, currentMark } from './file/guarded-file.js';
import { refuseWeak } from './file/kdf.js';
import { type Cost, changeKeys, createKeyFile, readKeyFile, readPresentKeyFile } from './file/key-file.js';
import { type FileKey, freshKey, openKeys, type Protection, protectionOf } from './file/protection.js';
import type { RootKey, RootKeys, RootWrapped } from './root.js';

const COMMITTED_FORM = 2;
/** What the first version wrapped were secrets of 32 bytes, as nonce 12 ‖ ciphertext ‖ tag 16. No committed form is as short. */
const FIRST_FORM_BYTES = 60;
const SECRET_AT_MOST_BYTES = 1024;

export interface FileRootOptions extends Cost {
  readonly path: string;
  /** None for a file without protection, one, or two that are both needed, in their order. */
  readonly passphrases: readonly Uint8Array[];
  /** Whether to make the file when there is none. */
  readonly create: boolean;
}

/**
 * Opens the root keys in a file. Throws `KeyFileRefused` for a file that must not be used. The passphrases are not kept: only
 * what they lead to, so that a rotation can seal the file again.
 */
export async function openFileRoot(options: FileRootOptions): Promise<RootKeys> {
  const { path, passphrases, create } = options;
  const present = await readKeyFile(path);
  if (present === undefined && create) await createKeyFile(path, passphrases, options);
  const read = present ?? (await readPresentKeyFile(path));
  if (read.file.protection === 'passphrase' && options.weakAllowed !== true) refuseWeak(read.file.kdf);
  const protection = await protectionOf(read.file, passphrases);
  return new FileRoot(path, protection, await openKeys(read.file, protection), read.mark);
}

class FileRoot implements RootKeys {
  readonly provider = 'file';
  readonly #firstForm = new Map<string, Promise<webcrypto.CryptoKey>>();
  #keys: readonly FileKey[];
  #mark: string;
  #isClosed = false;

  constructor(
    private readonly path: string,
    private readonly protection: Protection | null,
    keys: readonly FileKey[],
    mark: string,
  ) {
    this.#keys = keys;
    this.#mark = mark;
  }

  async currentId(): Promise<string> {
    return (await this.#current()).keyId;
  }

  async list(): Promise<readonly RootKey[]> {
    await this.#reachable(() => this.#seeChanges());
    return this.#keys.map(({ keyId, created }) => ({ rootId: keyId, createdAt: created }));
  }

  async wrap(secret: Uint8Array<ArrayBuffer>, context: string): Promise<RootWrapped> {
    if (secret.length === 0 || secret.length > SECRET_AT_MOST_BYTES) throw new TypeError('a secret has 1 to 1024 bytes');
    const { keyId, key } = await this.#current();
    const sealed = sealCommitted(key, context, secret);
    return { rootId: keyId, wrapped: Buffer.concat([Buffer.of(COMMITTED_FORM), sealed]).toString('base64url') };
  }

  async unwrap({ rootId, wrapped }: RootWrapped, context: string): Promise<Uint8Array<ArrayBuffer>> {
    const key = await this.#known(rootId);
    if (key === undefined) throw new LedgerFault('key-unreadable', { cause: new Error('the root key is not in the key file') });
    try {
      const bytes = fromBase64url(wrapped);
      if (bytes.length === FIRST_FORM_BYTES) return await this.#openFirstForm(key, new Uint8Array(bytes), context);
      if (bytes[0] !== COMMITTED_FORM) throw new Error('the wrapped form is unknown');
      return openCommitted(key.key, context, bytes.subarray(1));
    } catch (cause) {
      throw new LedgerFault('key-unreadable', { cause });
    }
  }

  async rotate(): Promise<string> {
    const fresh = freshKey();
    await this.#change((keys) => [...keys, fresh]);
    return fresh.keyId;
  }

  async retire(rootId: string): Promise<void> {
    await this.#change((keys) => {
      if (keys.at(-1)?.keyId === rootId) throw new TypeError('the current root key cannot be retired');
      return keys.some(({ keyId }) => keyId === rootId) ? keys.filter(({ keyId }) => keyId !== rootId) : keys;
    });
    this.#firstForm.delete(rootId);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#keys = [];
    this.#firstForm.clear();
  }

  /** Nothing may be wrapped under a key that is no longer in the file, so that a file which is not there wraps nothing. */
  async #current(): Promise<FileKey> {
    await this.#reachable(() => this.#seeChanges());
    const current = this.#keys.at(-1);
    if (current === undefined) throw new LedgerFault('stopping');
    return current;
  }

  /** Reads go on with the keys in memory when the file cannot be looked at: a lost disk must not take the records with it. */
  async #known(rootId: string): Promise<FileKey | undefined> {
    const before = this.#keys.find(({ keyId }) => keyId === rootId);
    try {
      await this.#reachable(() => this.#seeChanges());
    } catch (fault) {
      if (before !== undefined && !this.#isClosed) return before;
      throw fault;
    }
    return this.#keys.find(({ keyId }) => keyId === rootId);
  }

  async #seeChanges(): Promise<void> {
    if ((await currentMark(this.path)) === this.#mark) return;
    const { file, mark } = await readPresentKeyFile(this.path);
    const isSame = file.keys.map(({ keyId }) => keyId).join() === this.#keys.map(({ keyId }) => keyId).join();
    // The same keys under other passphrases need no passphrase here.
    if (!isSame) this.#keys = await openKeys(file, this.protection);
    this.#mark = mark;
  }

  async #change(change: (keys: readonly FileKey[]) => readonly FileKey[]): Promise<void> {
    await this.#reachable(async () => {
      await changeKeys(this.path, this.protection, change);
      await this.#seeChanges();
    });
  }

  async #reachable<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new LedgerFault('stopping');
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof TypeError) throw cause;
      throw keyFileFault(cause);
    }
  }

  async #openFirstForm({ keyId, key }: FileKey, bytes: Uint8Array<ArrayBuffer>, context: string): Promise<Uint8Array<ArrayBuffer>> {
    const imported = this.#firstForm.get(keyId) ?? importForFirstForm(key);
    this.#firstForm.set(keyId, imported);
    return new Uint8Array(await subtle.decrypt(gcm(bytes.slice(0, NONCE_BYTES), context), await imported, bytes.slice(NONCE_BYTES)));
  }
}

/** What it means for the keys that their file could not be read or changed. */
export function keyFileFault(cause: unknown): LedgerFault {
  const isFull = codeOf(cause) === 'ENOSPC' || codeOf(cause) === 'EDQUOT';
  return new LedgerFault(isFull ? 'store-full' : 'keys-unavailable', { cause });
}

async function importForFirstForm(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const raw = key.export();
  try {
    return await subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt']);
  } finally {
    raw.fill(0);
  }
}
