import { randomBytes, randomUUID, type webcrypto } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, link, mkdir, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { KekProvider } from '../keys/kek.js';
import { fromBase64url, gcm, NONCE_BYTES, randomNonce, subtle } from './subtle.js';

const SIZE_AT_MOST_BYTES = 4096;

interface KeyFile {
  readonly v: 1;
  readonly keyId: string;
  readonly created: string;
  readonly key: string;
}

/** A key file that must not be used, and why, in words for the operator. Holds no key. */
export class KeyFileRefused extends Error {
  override readonly name = 'KeyFileRefused';
}

/**
 * A key-encryption key in a file with mode 0600, made at first start. The file is the whole protection of the key: it is
 * for development and for machines whose disk is trusted.
 */
export async function openKeyFile(path: string): Promise<KekProvider> {
  const file = (await readKeyFile(path)) ?? (await createKeyFile(path)) ?? (await readKeyFile(path));
  if (file === undefined) throw new KeyFileRefused('the key file comes and goes');
  const key = await subtle.importKey('raw', fromBase64url(file.key), 'AES-GCM', false, ['encrypt', 'decrypt']);
  return new FileKek(file.keyId, key);
}

class FileKek implements KekProvider {
  readonly #key: webcrypto.CryptoKey;

  constructor(
    readonly kekId: string,
    key: webcrypto.CryptoKey,
  ) {
    this.#key = key;
  }

  async wrap(secret: Uint8Array<ArrayBuffer>, context: string): Promise<string> {
    const nonce = randomNonce();
    const box = await subtle.encrypt(gcm(nonce, context), this.#key, secret);
    return Buffer.concat([nonce, Buffer.from(box)]).toString('base64url');
  }

  async unwrap(wrapped: string, kekId: string, context: string): Promise<Uint8Array> {
    if (kekId !== this.kekId) throw new Error('wrapped under another key-encryption key');
    const bytes = new Uint8Array(fromBase64url(wrapped));
    return new Uint8Array(await subtle.decrypt(gcm(bytes.slice(0, NONCE_BYTES), context), this.#key, bytes.slice(NONCE_BYTES)));
  }
}

async function readKeyFile(path: string): Promise<KeyFile | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (fault) {
    const code = (fault as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return undefined;
    throw new KeyFileRefused(code === 'ELOOP' ? 'the key file is a symbolic link' : `the key file cannot be opened (${code})`);
  }
  try {
    refuseUnsafe(await handle.stat());
    return parse(await handle.readFile('utf8'));
  } finally {
    await handle.close();
  }
}

function refuseUnsafe(stat: Stats): void {
  if (!stat.isFile()) throw new KeyFileRefused('the key file is no regular file');
  if (process.getuid !== undefined && stat.uid !== process.getuid()) throw new KeyFileRefused('the key file belongs to another user');
  if ((stat.mode & 0o077) !== 0) throw new KeyFileRefused('others may read or write the key file: set its mode to 0600');
  if (stat.size > SIZE_AT_MOST_BYTES) throw new KeyFileRefused('the key file is too large');
}

function parse(text: string): KeyFile {
  let file: Partial<KeyFile> | null = null;
  try {
    file = JSON.parse(text) as Partial<KeyFile> | null;
  } catch {
    throw new KeyFileRefused('the key file is not JSON');
  }
  const { v, keyId, created, key } = file ?? {};
  if (v !== 1 || typeof keyId !== 'string' || typeof created !== 'string' || typeof key !== 'string' || !isKey(key)) {
    throw new KeyFileRefused('the key file is damaged or of an unknown version');
  }
  return { v, keyId, created, key };
}

function isKey(text: string): boolean {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === 32 && bytes.toString('base64url') === text;
}

/**
 * Written beside its place, synced, then linked to it: a crash leaves no half key file, and of two processes that start at
 * once one makes the file. The other gets `undefined`: to replace the file would lose what was wrapped under it already.
 */
async function createKeyFile(path: string): Promise<KeyFile | undefined> {
  const file: KeyFile = { v: 1, keyId: randomUUID(), created: new Date().toISOString(), key: randomBytes(32).toString('base64url') };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${file.keyId}.new`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(file)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  const first = await linkIfAbsent(temporary, path);
  await unlink(temporary);
  const folder = await open(dirname(path), 'r');
  await folder.sync();
  await folder.close();
  return first ? file : undefined;
}

async function linkIfAbsent(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw fault;
  }
}
