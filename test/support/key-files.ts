import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kdf } from '../../adapters/keys/file/kdf.js';
import { KeyFileRefused } from '../../adapters/keys/file/refused.js';
import { openFileRoot } from '../../adapters/keys/file-root.js';

/** Milliseconds instead of half a second: what is tested here is not the cost. */
export const QUICK: { readonly kdf: Kdf; readonly weakAllowed: true } = { kdf: { name: 'scrypt', N: 16, r: 8, p: 1 }, weakAllowed: true };
export const ONE = Buffer.from('the first passphrase');
export const TWO = Buffer.from('the second passphrase');

export interface KeyFolder {
  readonly folder: string;
  readonly path: string;
}

export async function keyFolder(): Promise<KeyFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'key-file-'));
  return { folder, path: join(folder, 'keys', 'root.json') };
}

/** A key file in a temporary folder, as the contract suite wants it. */
export async function openInFolder(passphrases: readonly Uint8Array[]) {
  const { folder, path } = await keyFolder();
  const reopen = () => openFileRoot({ path, passphrases, create: true, ...QUICK });
  const root = await reopen();
  const close = async () => {
    await root.close();
    await rm(folder, { recursive: true });
  };
  return { root, reopen, close };
}

/** A key file as the first version of this program made it. */
export const FIRST_FILE = {
  v: 1,
  keyId: '5f0c2b52-30a8-4c4e-8f4e-6e35a3f0a0aa',
  created: '2026-01-02T03:04:05.678Z',
  key: Buffer.alloc(32, 5).toString('base64url'),
};

export const openQuick = (path: string, ...passphrases: Uint8Array[]) => openFileRoot({ path, passphrases, create: true, ...QUICK });

export const parsed = async (path: string) => JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;

/** The code with which a key file is refused. */
export async function refusal(opening: Promise<unknown>): Promise<string> {
  try {
    await opening;
    return 'opened';
  } catch (fault) {
    return fault instanceof KeyFileRefused ? fault.code : `not a refusal: ${String(fault)}`;
  }
}
