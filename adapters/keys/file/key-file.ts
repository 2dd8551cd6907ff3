import { KEY_FILE_AT_MOST_BYTES, KEYS_AT_MOST, type KeyFile, parseKeyFile } from './form.js';
import { createGuarded, readGuarded, removeLeftovers, replaceGuarded } from './guarded-file.js';
import { type Kdf, refuseWeak, STANDARD_KDF } from './kdf.js';
import { oneAtATime } from './one-at-a-time.js';
import { type FileKey, freshKey, newProtection, openKeys, type Protection, protectionOf, sealKeys } from './protection.js';
import { KeyFileRefused } from './refused.js';

const PASSPHRASE_FILE_AT_MOST_BYTES = 2048;

/** A cost below the accepted one is for tests alone, which would else take seconds each. */
export interface Cost {
  readonly kdf?: Kdf;
  readonly weakAllowed?: boolean;
}

export interface Read {
  readonly file: KeyFile;
  readonly mark: string;
}

export async function readKeyFile(path: string): Promise<Read | undefined> {
  const found = await readGuarded(path, 'key file', KEY_FILE_AT_MOST_BYTES);
  if (found === undefined) return undefined;
  try {
    return { file: parseKeyFile(found.bytes), mark: found.mark };
  } finally {
    found.bytes.fill(0);
  }
}

/** The key file, which has to be there. */
export async function readPresentKeyFile(path: string): Promise<Read> {
  const read = await readKeyFile(path);
  if (read === undefined) throw new KeyFileRefused('absent');
  return read;
}

/** Makes the file with one key, unless there is one by now. */
export async function createKeyFile(path: string, passphrases: readonly Uint8Array[], cost: Cost): Promise<void> {
  const kdf = cost.kdf ?? STANDARD_KDF;
  if (cost.weakAllowed !== true) refuseWeak(kdf);
  await createGuarded(path, await sealKeys([freshKey()], await newProtection(passphrases, kdf)));
}

/** Changes the keys in the file, one process after the other, each beginning with what the one before wrote. */
export function changeKeys(path: string, protection: Protection | null, change: (keys: readonly FileKey[]) => readonly FileKey[]): Promise<readonly FileKey[]> {
  return oneAtATime(path, async (stillMine) => {
    const { file } = await readPresentKeyFile(path);
    const before = await openKeys(file, protection);
    await removeLeftovers(path);
    const after = change(before);
    if (after.length > KEYS_AT_MOST) throw new KeyFileRefused('full');
    if (after !== before) await replaceGuarded(path, await sealKeys(after, protection), stillMine);
    return after;
  });
}

/**
 * Seals the keys of a file under other passphrases: one, or two that are both needed. The keys stay as they are, so do the
 * processes that have them open; these need a new start before they can rotate. Protection cannot be taken off again.
 */
export async function protectKeyFile(path: string, from: readonly Uint8Array[], to: readonly Uint8Array[], cost: Cost = {}): Promise<void> {
  const kdf = cost.kdf ?? STANDARD_KDF;
  if (cost.weakAllowed !== true) refuseWeak(kdf);
  if (to.length === 0) throw new KeyFileRefused('passphrase-unfit', 'passphrase');
  const next = await newProtection(to, kdf);
  await oneAtATime(path, async (stillMine) => {
    const { file } = await readPresentKeyFile(path);
    const keys = await openKeys(file, await protectionOf(file, from));
    await removeLeftovers(path);
    await replaceGuarded(path, await sealKeys(keys, next), stillMine);
  });
}

/** The passphrase in a file that only its owner may read, without the line end that editors put behind it. */
export async function readPassphraseFile(path: string): Promise<Uint8Array> {
  const found = await readGuarded(path, 'passphrase file', PASSPHRASE_FILE_AT_MOST_BYTES);
  if (found === undefined) throw new KeyFileRefused('absent', 'passphrase file');
  const { bytes } = found;
  let end = bytes.length;
  if (bytes[end - 1] === 0x0a) end -= bytes[end - 2] === 0x0d ? 2 : 1;
  const passphrase = new Uint8Array(bytes.subarray(0, end));
  bytes.fill(0);
  if (passphrase.length === 0) throw new KeyFileRefused('passphrase-unfit', 'passphrase');
  return passphrase;
}
