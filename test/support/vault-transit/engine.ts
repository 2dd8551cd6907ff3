import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** A refusal in Vault's own words, with its status. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

interface TransitKey {
  readonly name: string;
  readonly type: string;
  readonly derived: boolean;
  readonly exportable: boolean;
  readonly versions: Map<number, { readonly secret: Buffer; readonly madeAt: number }>;
  minDecryption: number;
  minEncryption: number;
  minAvailable: number;
  deletionAllowed: boolean;
}

export type Body = Readonly<Record<string, unknown>>;
export type Answer = Record<string, unknown> | undefined;

const TAG_BYTES = 16;
const IV_BYTES = 12;

/** The Transit engine of Vault and OpenBao as documented, with its rules and texts, for keys of AES-256-GCM. */
export class TransitEngine {
  readonly #keys = new Map<string, TransitKey>();

  create(name: string, body: Body): Answer {
    const known = this.#keys.get(name);
    if (known !== undefined) return describe(known);
    const key: TransitKey = {
      name,
      type: typeof body['type'] === 'string' ? body['type'] : 'aes256-gcm96',
      derived: body['derived'] === true,
      exportable: body['exportable'] === true,
      versions: new Map([[1, freshVersion()]]),
      minDecryption: 1,
      minEncryption: 0,
      minAvailable: 0,
      deletionAllowed: false,
    };
    this.#keys.set(name, key);
    return describe(key);
  }

  read(name: string): Answer {
    const key = this.#keys.get(name);
    if (key === undefined) throw new Refusal(404, '');
    return describe(key);
  }

  names(): Answer {
    return { keys: [...this.#keys.keys()] };
  }

  delete(name: string): Answer {
    if (!this.#known(name).deletionAllowed) throw new Refusal(400, `error deleting policy ${name}: deletion is not allowed for this key`);
    this.#keys.delete(name);
    return undefined;
  }

  rotate(name: string): Answer {
    const key = this.#known(name);
    key.versions.set(latestOf(key) + 1, freshVersion());
    return describe(key);
  }

  config(name: string, body: Body): Answer {
    const key = this.#known(name);
    const decryption = numberIn(body, 'min_decryption_version') ?? key.minDecryption;
    const encryption = numberIn(body, 'min_encryption_version') ?? key.minEncryption;
    const latest = latestOf(key);
    if (decryption > latest) throw new Refusal(400, `cannot set min decryption version of ${decryption}, latest key version is ${latest}`);
    if (encryption > latest) throw new Refusal(400, `cannot set min encryption version of ${encryption}, latest key version is ${latest}`);
    if (encryption > 0 && encryption < decryption) {
      throw new Refusal(
        400,
        `cannot set min encryption/decryption values; min encryption version of ${encryption} must be greater than or equal to min decryption version of ${decryption}`,
      );
    }
    if (decryption < key.minAvailable) throw new Refusal(400, 'min decryption version should not be less then min available version');
    key.minDecryption = Math.max(decryption, 1);
    key.minEncryption = encryption;
    if (typeof body['deletion_allowed'] === 'boolean') key.deletionAllowed = body['deletion_allowed'];
    return describe(key);
  }

  trim(name: string, body: Body): Answer {
    const key = this.#known(name);
    const first = numberIn(body, 'min_available_version') ?? 0;
    if (first < key.minAvailable) throw new Refusal(400, 'minimum available version cannot be decremented');
    if (key.minEncryption === 0) throw new Refusal(400, 'minimum available version cannot be set when minimum encryption version is not set');
    if (first > key.minEncryption) throw new Refusal(400, 'minimum available version cannot be greater than minimum encryption version');
    if (first > key.minDecryption) throw new Refusal(400, 'minimum available version cannot be greater than minimum decryption version');
    key.minAvailable = first;
    for (const version of key.versions.keys()) if (version < first) key.versions.delete(version);
    return describe(key);
  }

  encrypt(name: string, body: Body): Answer {
    // As Vault does for a token that may create: the key comes into being, derived if a context came with the call.
    if (!this.#keys.has(name)) this.create(name, { derived: body['context'] !== undefined });
    const key = this.#known(name);
    const plaintext = bytesIn(body, 'plaintext');
    const version = numberIn(body, 'key_version') || latestOf(key);
    if (version < key.minEncryption) throw new Refusal(400, 'requested version for encryption is less than the minimum encryption key version');
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', secretOf(key, version, body), iv).setAAD(bytesIn(body, 'associated_data', ''));
    const box = Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    return { ciphertext: `vault:v${version}:${box.toString('base64')}`, key_version: version };
  }

  decrypt(name: string, body: Body): Answer {
    const key = this.#known(name);
    const ciphertext = String(body['ciphertext'] ?? '');
    if (!ciphertext.startsWith('vault:v')) throw new Refusal(400, 'invalid ciphertext: no prefix');
    const [, digits, text] = /^vault:v([^:]*):(.*)$/s.exec(ciphertext) ?? [];
    const version = Number(digits);
    if (text === undefined) throw new Refusal(400, 'invalid ciphertext: wrong number of fields');
    if (!/^\d+$/.test(digits ?? '')) throw new Refusal(400, 'invalid ciphertext: version number could not be decoded');
    if (version > latestOf(key)) throw new Refusal(400, 'invalid ciphertext: version is too new');
    if (version < key.minDecryption) throw new Refusal(400, 'ciphertext or signature version is disallowed by policy (too old)');
    const box = decoded(text);
    if (box.length < IV_BYTES + TAG_BYTES) throw new Refusal(400, 'invalid ciphertext length');
    const decipher = createDecipheriv('aes-256-gcm', secretOf(key, version, body), box.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(bytesIn(body, 'associated_data', '')).setAuthTag(box.subarray(-TAG_BYTES));
    try {
      return { plaintext: Buffer.concat([decipher.update(box.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString('base64') };
    } catch {
      throw new Refusal(400, 'cipher: message authentication failed');
    }
  }

  #known(name: string): TransitKey {
    const key = this.#keys.get(name);
    if (key === undefined) throw new Refusal(400, 'encryption key not found');
    return key;
  }
}

function describe(key: TransitKey): Record<string, unknown> {
  const shown = [...key.versions].filter(([version]) => version >= key.minDecryption);
  return {
    name: key.name,
    type: key.type,
    keys: Object.fromEntries(shown.map(([version, { madeAt }]) => [String(version), madeAt])),
    latest_version: latestOf(key),
    min_decryption_version: key.minDecryption,
    min_encryption_version: key.minEncryption,
    min_available_version: key.minAvailable,
    deletion_allowed: key.deletionAllowed,
    derived: key.derived,
    exportable: key.exportable,
    allow_plaintext_backup: false,
    supports_encryption: true,
    supports_decryption: true,
    supports_derivation: true,
    supports_signing: false,
  };
}

function secretOf(key: TransitKey, version: number, body: Body): Uint8Array {
  const secret = key.versions.get(version)?.secret;
  if (secret === undefined) throw new Refusal(400, 'ciphertext or signature version is disallowed by policy (too old)');
  if (!key.derived) return secret;
  if (body['context'] === undefined)
    throw new Refusal(
      400,
      "missing 'context' for key derivation; the key was created using a derived key, which means additional, per-request information must be included in order to perform operations with the key",
    );
  return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), bytesIn(body, 'context'), 32));
}

function latestOf(key: TransitKey): number {
  return Math.max(...key.versions.keys());
}

function freshVersion() {
  return { secret: randomBytes(32), madeAt: Math.floor(Date.now() / 1000) };
}

function numberIn(body: Body, name: string): number | undefined {
  const value = body[name];
  return typeof value === 'number' ? value : undefined;
}

function bytesIn(body: Body, name: string, initial?: string): Buffer {
  const value = body[name] ?? initial;
  if (typeof value !== 'string') throw new Refusal(400, `missing ${name}`);
  return decoded(value);
}

/** As Go's standard decoder: padded, no other alphabet, rubbish in unused bits let through. */
function decoded(text: string): Buffer {
  const bad = /[^A-Za-z0-9+/=]/.exec(text)?.index ?? (text.length % 4 === 0 ? -1 : text.length);
  if (bad >= 0) throw new Refusal(400, `illegal base64 data at input byte ${bad}`);
  return Buffer.from(text, 'base64');
}
