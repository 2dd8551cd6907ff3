import { createHash } from 'node:crypto';
import { LedgerFault } from '../../domain/rejections.js';
import type { RootKey, RootKeys, RootWrapped } from '../keys/root.js';
import { VaultClient, type VaultData, type VaultOptions } from './client.js';
import { VaultRefused } from './known-errors.js';
import { type TransitKey, transitKeyOf } from './transit-key.js';

const SECRET_AT_MOST_BYTES = 1024;
const CIPHERTEXT = /^vault:v([1-9]\d{0,8}):([A-Za-z0-9+/]{40,2000}={0,2})$/;
const NAME = /^[A-Za-z0-9][\w.-]{0,63}$/;

export interface VaultTransitOptions extends VaultOptions {
  /** The name of the Transit key: `derived`, not `exportable`, made by the operator. */
  readonly keyName: string;
  readonly mount?: string;
}

/**
 * Root keys in Vault's or OpenBao's Transit engine: the versions of one key. Its `derived` keys take the context into the
 * derivation of the key itself, so that a wrapped secret opens with its own context only. The context is sent as a hash.
 */
export class VaultTransitRoot implements RootKeys {
  readonly provider = 'vault-transit';
  readonly #client: VaultClient;
  readonly #name: string;
  readonly #mount: string;
  #isChecked = false;
  #isClosed = false;

  constructor(options: VaultTransitOptions) {
    const { keyName, mount = 'transit' } = options;
    if (!NAME.test(keyName) || !mount.split('/').every((part) => NAME.test(part)))
      throw new TypeError('the name of the Transit key or of its mount is not one');
    this.#client = new VaultClient(options);
    this.#name = keyName;
    this.#mount = mount;
  }

  async currentId(): Promise<string> {
    return this.#idOf((await this.#describe()).latest);
  }

  async list(): Promise<readonly RootKey[]> {
    const { versions } = await this.#describe();
    return versions.map(({ version, createdAt }) => ({ rootId: this.#idOf(version), createdAt }));
  }

  async wrap(secret: Uint8Array<ArrayBuffer>, context: string): Promise<RootWrapped> {
    if (secret.length === 0 || secret.length > SECRET_AT_MOST_BYTES) throw new TypeError('a secret has 1 to 1024 bytes');
    // To encrypt under an unknown name would make a key of that name. Wrapping is rare enough to look before each time.
    await this.#describe();
    const plaintext = Buffer.from(secret).toString('base64');
    const data = await this.#post('encrypt', { plaintext, context: contextOf(context) }, true);
    const wrapped = data?.['ciphertext'];
    const version = typeof wrapped === 'string' ? CIPHERTEXT.exec(wrapped)?.[1] : undefined;
    if (typeof wrapped !== 'string' || version === undefined) throw notUnderstood();
    return { rootId: this.#idOf(Number(version)), wrapped };
  }

  async unwrap({ rootId, wrapped }: RootWrapped, context: string): Promise<Uint8Array<ArrayBuffer>> {
    const [, version, box = ''] = CIPHERTEXT.exec(wrapped) ?? [];
    // Vault takes base64 with rubbish in its unused bits, and the version from the ciphertext alone.
    if (version === undefined || rootId !== this.#idOf(Number(version)) || Buffer.from(box, 'base64').toString('base64') !== box) {
      throw new LedgerFault('key-unreadable', { cause: new Error('the wrapped form is not of this Transit key') });
    }
    await this.#check();
    const data = await this.#post('decrypt', { ciphertext: wrapped, context: contextOf(context) }, true);
    const plaintext = data?.['plaintext'];
    if (typeof plaintext !== 'string' || plaintext === '') throw notUnderstood();
    return new Uint8Array(Buffer.from(plaintext, 'base64'));
  }

  async rotate(): Promise<string> {
    await this.#check();
    const data = await this.#post('keys', {}, false, '/rotate');
    // Older servers answer a rotation with nothing.
    return this.#idOf((data?.['latest_version'] === undefined ? await this.#describe() : this.#accepted(data)).latest);
  }

  /** Destroys a version for ever. Vault destroys from the oldest on, so that an older one that still unwraps is refused first (`TypeError`). */
  async retire(rootId: string): Promise<void> {
    const key = await this.#describe();
    const version = this.#versionOf(rootId);
    if (version < key.minAvailable) return;
    if (version >= key.latest) throw new TypeError('the current root key cannot be retired');
    if (key.versions.some((older) => older.version < version)) throw new TypeError('an older root key still unwraps: it has to be retired first');
    const first = version + 1;
    // Trimming asks for both limits to be set. Alone they would be reversible.
    const limits = { min_decryption_version: Math.max(first, key.minDecryption), min_encryption_version: Math.max(first, key.minEncryption) };
    try {
      await this.#post('keys', limits, true, '/config');
      await this.#post('keys', { min_available_version: first }, true, '/trim');
    } catch (fault) {
      // Another process may have destroyed as much and more meanwhile.
      if (version >= (await this.#describe()).minAvailable) throw fault;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  async #check(): Promise<void> {
    if (this.#isClosed) throw new LedgerFault('stopping');
    if (!this.#isChecked) await this.#describe();
  }

  async #describe(): Promise<TransitKey> {
    if (this.#isClosed) throw new LedgerFault('stopping');
    return this.#accepted(await this.#told({ method: 'GET', path: this.#path('keys'), repeatable: true }));
  }

  #accepted(data: VaultData | undefined): TransitKey {
    try {
      const key = transitKeyOf(data);
      this.#isChecked = true;
      return key;
    } catch (cause) {
      this.#isChecked = false;
      throw new LedgerFault('keys-unavailable', { cause });
    }
  }

  #post(what: 'encrypt' | 'decrypt' | 'keys', body: VaultData, repeatable: boolean, action = ''): Promise<VaultData | undefined> {
    return this.#told({ method: 'POST', path: `${this.#path(what)}${action}`, body, repeatable });
  }

  async #told(call: Parameters<VaultClient['call']>[0]): Promise<VaultData | undefined> {
    try {
      return await this.#client.call(call);
    } catch (cause) {
      if (!(cause instanceof VaultRefused)) throw cause;
      throw new LedgerFault(cause.isUnreadable ? 'key-unreadable' : 'keys-unavailable', { cause });
    }
  }

  #path(what: string): string {
    return `v1/${this.#mount}/${what}/${this.#name}`;
  }

  #idOf(version: number): string {
    return `vault:${this.#name}:v${version}`;
  }

  #versionOf(rootId: string): number {
    const version = Number(/:v([1-9]\d{0,8})$/.exec(rootId)?.[1]);
    if (rootId !== this.#idOf(version)) throw new TypeError('not a root key of this Transit key');
    return version;
  }
}

/** Of a fixed length, and without a word of what it stands for: Vault and its audit log need not know. */
function contextOf(context: string): string {
  return createHash('sha256').update(context, 'utf8').digest('base64');
}

function notUnderstood(): LedgerFault {
  return new LedgerFault('keys-unavailable', { cause: new Error('the answer of Vault is not understood') });
}
