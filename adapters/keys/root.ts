/** A secret wrapped under a root key: opaque bytes of the provider's own form, base64url or the provider's text. */
export interface RootWrapped {
  readonly rootId: string;
  readonly wrapped: string;
}

/**
 * The root keys: they wrap the key-encryption keys of tenants and nothing else, and never leave their provider (a file, an
 * HSM, Vault). An implementation promises:
 *
 * - `wrap` uses the current root key. `unwrap` opens what any root key wrapped that was not retired.
 * - `context` is bound in: a secret unwraps only with the context that it was wrapped with.
 * - `rotate` makes a new root key and makes it current; former ones still unwrap. Two at once: both end with one current
 *   key, and nothing wrapped in between is lost.
 * - `retire` destroys a former root key for ever; the current one is refused (`TypeError`). Retiring one that is gone is fine.
 *   Retire in the order of `list`: Vault destroys from the oldest on, and refuses (`TypeError`) to pass over one that still unwraps.
 * - Faults: `LedgerFault('keys-unavailable')` when the provider cannot be reached or is lost (repeating is safe; it
 *   reconnects by itself), `LedgerFault('key-unreadable')` when the wrapped form was changed, cut, belongs to another
 *   context or to a root key that is not known here. Never a wrong secret; never anything in clear.
 * - Calls may overlap as they like: a provider that can do one at a time queues them, with a bound (`overloaded`).
 */
export interface RootKeys {
  readonly provider: 'file' | 'pkcs11' | 'vault-transit';
  currentId(): Promise<string>;
  /** All root keys that still unwrap, oldest first, with the instant at which they were made (RFC 3339). */
  list(): Promise<readonly RootKey[]>;
  wrap(secret: Uint8Array<ArrayBuffer>, context: string): Promise<RootWrapped>;
  unwrap(wrapped: RootWrapped, context: string): Promise<Uint8Array<ArrayBuffer>>;
  rotate(): Promise<string>;
  retire(rootId: string): Promise<void>;
  close(): Promise<void>;
}

export interface RootKey {
  readonly rootId: string;
  readonly createdAt: string;
}
