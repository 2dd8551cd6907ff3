/** A random 32-byte secret of a patient or a tenant, encrypted under a key-encryption key. */
export interface WrappedSecret {
  readonly tenant: string;
  /** Patient id, or `tenant` for the tenant's own. */
  readonly owner: string;
  readonly keyId: string;
  readonly generation: number;
  readonly kekId: string;
  /** base64url of nonce ‖ ciphertext ‖ tag. */
  readonly wrapped: string;
}

export const TENANT_OWNER = 'tenant';

/**
 * Where wrapped secrets live: apart from the log, so that destroying one really erases, and backed up apart from it.
 * An implementation promises:
 *
 * - `putIfAbsent` and `claim` are durable when they resolve, and atomic: of two at once, both get what the first stored.
 * - `claim` binds a claim to what is claimed (a patient id, the fingerprint of a command) for ever. When it is the first
 *   of its kind, and a secret came with it, that is stored in the same step; a secret of a claim that lost is not stored.
 * - Faults are `LedgerFault('keys-unavailable')`, `store-full`, `outcome-unknown` and `overloaded`; repeating is safe.
 */
export interface KeyStore {
  get(tenant: string, owner: string): Promise<WrappedSecret | undefined>;
  putIfAbsent(secret: WrappedSecret): Promise<WrappedSecret>;
  claim(tenant: string, claim: string, claimed: string, secret: WrappedSecret | null): Promise<string>;
  close(): Promise<void>;
}
