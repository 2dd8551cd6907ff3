import { TransitKeyRefused } from './known-errors.js';

/** What this program needs to know of a Transit key. */
export interface TransitKey {
  readonly latest: number;
  /** The oldest version that still decrypts. */
  readonly minDecryption: number;
  readonly minEncryption: number;
  /** The oldest version that has not been destroyed; 0 and 1 both mean: all. */
  readonly minAvailable: number;
  /** Versions and the instants at which they were made, oldest first. */
  readonly versions: readonly { readonly version: number; readonly createdAt: string }[];
}

const ENCRYPTING_TYPES: readonly unknown[] = ['aes128-gcm96', 'aes256-gcm96', 'chacha20-poly1305', 'xchacha20-poly1305'];

/** Reads Vault's description of a key. Throws `TransitKeyRefused` for one that must not wrap. */
export function transitKeyOf(data: Readonly<Record<string, unknown>> | undefined): TransitKey {
  if (data === undefined) throw new TransitKeyRefused('unknown-form');
  if (!ENCRYPTING_TYPES.includes(data['type'])) throw new TransitKeyRefused('cannot-encrypt');
  if (data['derived'] !== true) throw new TransitKeyRefused('not-derived');
  if (data['exportable'] !== false || data['allow_plaintext_backup'] === true) throw new TransitKeyRefused('exportable');
  const latest = wholeOf(data['latest_version']);
  const minDecryption = wholeOf(data['min_decryption_version']);
  const { keys } = data;
  if (latest < 1 || typeof keys !== 'object' || keys === null) throw new TransitKeyRefused('unknown-form');
  const versions = Object.entries(keys)
    .map(([version, madeAt]) => ({ version: wholeOf(Number(version)), createdAt: new Date(wholeOf(madeAt) * 1000).toISOString() }))
    .filter(({ version }) => version >= minDecryption)
    .sort((left, right) => left.version - right.version);
  return { latest, minDecryption, minEncryption: wholeOf(data['min_encryption_version']), minAvailable: wholeOf(data['min_available_version'] ?? 0), versions };
}

function wholeOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > 1e11) throw new TransitKeyRefused('unknown-form');
  return value;
}
