import { type ScryptOptions, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { KeyFileRefused } from './refused.js';

/** How a passphrase becomes a key, and at what cost. Memory in KiB for Argon2id; scrypt takes 128 · N · r bytes. */
export type Kdf =
  | { readonly name: 'scrypt'; readonly N: number; readonly r: number; readonly p: number }
  | { readonly name: 'argon2id'; readonly memoryKib: number; readonly passes: number; readonly lanes: number };

/** About half a second of one core, and 256 MiB, at each start. */
export const STANDARD_KDF: Kdf = { name: 'scrypt', N: 2 ** 18, r: 8, p: 1 };

export const SALT_BYTES = 16;
const KEY_BYTES = 32;

/** Upper limits: a hostile file must not ask for 64 GiB or a week. */
const SCRYPT_AT_MOST_BYTES = 1024 ** 3;
const SCRYPT_AT_MOST_LANES = 4;
const ARGON2_AT_MOST_KIB = 1024 ** 2;
const ARGON2_AT_MOST_PASSES = 16;
const ARGON2_AT_MOST_LANES = 8;

/** Lower limits: the least that OWASP's password storage cheat sheet accepts for either function. */
const SCRYPT_AT_LEAST_N = 2 ** 17;
const SCRYPT_AT_LEAST_R = 8;
const ARGON2_AT_LEAST_KIB = 19 * 1024;
const ARGON2_AT_LEAST_PASSES = 2;

/** A function and its cost as a file names them. Throws `KeyFileRefused` when they are unknown or above the limits. */
export function parseKdf(value: unknown): Kdf {
  const given = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  if (given['name'] === 'scrypt') {
    const kdf = { name: 'scrypt', N: whole(given['N']), r: whole(given['r']), p: whole(given['p']) } as const;
    if (kdf.N < 2 || !Number.isInteger(Math.log2(kdf.N))) throw new KeyFileRefused('damaged');
    if (128 * kdf.N * kdf.r > SCRYPT_AT_MOST_BYTES || kdf.p > SCRYPT_AT_MOST_LANES) throw new KeyFileRefused('too-costly');
    return kdf;
  }
  if (given['name'] !== 'argon2id') throw new KeyFileRefused('damaged');
  const kdf = { name: 'argon2id', memoryKib: whole(given['memoryKib']), passes: whole(given['passes']), lanes: whole(given['lanes']) } as const;
  if (kdf.memoryKib < 8 * kdf.lanes) throw new KeyFileRefused('damaged');
  if (kdf.memoryKib > ARGON2_AT_MOST_KIB || kdf.passes > ARGON2_AT_MOST_PASSES || kdf.lanes > ARGON2_AT_MOST_LANES) throw new KeyFileRefused('too-costly');
  return kdf;
}

/** Throws `KeyFileRefused` for a cost at which passphrases could be guessed too fast. */
export function refuseWeak(kdf: Kdf): void {
  const strong =
    kdf.name === 'scrypt'
      ? kdf.N >= SCRYPT_AT_LEAST_N && kdf.r >= SCRYPT_AT_LEAST_R
      : kdf.memoryKib >= ARGON2_AT_LEAST_KIB && kdf.passes >= ARGON2_AT_LEAST_PASSES;
  if (!strong) throw new KeyFileRefused('too-weak');
}

/** 32 bytes out of a passphrase. scrypt runs beside the main thread; Argon2id blocks it, for about a quarter of a second. */
export async function stretch(passphrase: Uint8Array, salt: Uint8Array, kdf: Kdf): Promise<Uint8Array> {
  if (kdf.name === 'argon2id') {
    const { memoryKib: memorySize, passes: iterations, lanes: parallelism } = kdf;
    // Loaded only where a file asks for it: it brings its own machine code.
    const { argon2id } = await import('hash-wasm');
    return argon2id({ password: passphrase, salt, memorySize, iterations, parallelism, hashLength: KEY_BYTES, outputType: 'binary' });
  }
  const { N, r, p } = kdf;
  // Node's own limit of 32 MiB is below any cost worth having.
  const maxmem = 128 * r * (N + p + 2) + 1024 ** 2;
  return promisify<Uint8Array, Uint8Array, number, ScryptOptions, Uint8Array>(scrypt)(passphrase, salt, KEY_BYTES, { N, r, p, maxmem });
}

function whole(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) throw new KeyFileRefused('damaged');
  return value;
}
