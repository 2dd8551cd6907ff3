/**
 * What Vault and OpenBao are documented to answer when a ciphertext cannot be opened. Everything else that goes wrong is the
 * provider's trouble and not the ciphertext's, so that a fault of Vault never makes a key look destroyed.
 */
const UNREADABLE = [
  'message authentication failed',
  'ciphertext or signature version is disallowed by policy (too old)',
  'invalid ciphertext',
  'illegal base64 data',
] as const;

const KNOWN = [
  ...UNREADABLE,
  'encryption key not found',
  'permission denied',
  'Vault is sealed',
  'rate limit quota exceeded',
  'min decryption version should not be less then min available version',
] as const;

/** An answer of Vault that is no success. Of its words only documented ones are kept: others may quote what was sent. */
export class VaultRefused extends Error {
  override readonly name = 'VaultRefused';
  readonly isUnreadable: boolean;

  constructor(
    readonly status: number,
    errors: readonly unknown[],
  ) {
    const said = errors.filter((text) => typeof text === 'string');
    const known = KNOWN.filter((phrase) => said.some((text) => text.includes(phrase)));
    super(`Vault answered ${status}${known.length === 0 ? '' : `: ${known.join('; ')}`}${ADVICE[status] ?? ''}`);
    this.isUnreadable = status === 400 && UNREADABLE.some((phrase) => known.includes(phrase));
  }
}

const ADVICE: Readonly<Record<number, string>> = {
  403: '. The token is expired or revoked, or its policy does not allow this call on this key',
  404: '. There is no such key, or no Transit engine at this mount: this program makes none',
  429: '. A rate limit of Vault is reached, or this is a standby node',
  503: '. Vault is sealed or under maintenance',
};

/** A Transit key that must not serve as a root key, and why, in words for the operator. */
export class TransitKeyRefused extends Error {
  override readonly name = 'TransitKeyRefused';

  constructor(readonly code: 'not-derived' | 'exportable' | 'cannot-encrypt' | 'unknown-form') {
    super(`the Transit key ${REASONS[code]}`);
  }
}

const REASONS = {
  'not-derived': 'is not `derived`: without, nothing binds what it wraps to its place',
  exportable: 'is `exportable` or may be backed up in clear: it could leave Vault',
  'cannot-encrypt': 'is not of a type that encrypts with authentication: make it as `aes256-gcm96`',
  'unknown-form': 'is described in a form that is not understood',
} as const;
