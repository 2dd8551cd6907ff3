import type { SealedPart } from '../schemas/event.js';

/** What a sealed part belongs to; all of it is bound into the ciphertext as associated data. */
export interface PartPlace {
  readonly stream: string;
  readonly eventId: string;
  readonly name: string;
  readonly scope: string;
}

/** Whose use of keys it is, and why: each use is put on record under these (45 CFR 164.312(b)). */
export interface KeyUser {
  readonly subject: string;
  /** HL7 v3 PurposeOfUse. */
  readonly purpose: string;
  /** The command, the access or the projection that needs the key. */
  readonly reason: string;
}

/** What a keyed hash is for: hashes for different purposes never meet. */
export type BlindPurpose =
  | 'record'
  | 'identity'
  | 'value'
  | 'content'
  | 'claim'
  | 'identifier'
  | 'idempotency'
  | 'input'
  | 'part'
  | 'code'
  | 'fact-claim'
  | 'match'
  | 'scope'
  | 'mask';

/**
 * The keys of one patient (or of a tenant's own affairs). Seals and opens; makes keyed hashes. Never shows a key.
 * `open` throws `LedgerFault('content-unreadable')` when the part was changed, moved to another place, sealed under another
 * key, or lies in a scope that this ring does not hold.
 */
export interface KeyRing {
  seal(place: PartPlace, content: string): Promise<SealedPart>;
  open(part: SealedPart, place: Pick<PartPlace, 'stream' | 'eventId'>): Promise<string>;
  /** Whether this ring has the key of the part's scope: false for what a reader may not see. Says nothing of damage. */
  holds(part: Pick<SealedPart, 'scope'>): boolean;
  /** The keys of these scopes alone, and no way back: what a reader is given who is entitled to no more. */
  limitedTo(scopes: ReadonlySet<string>): KeyRing;
  /** 22 base64url letters (128 bits) of HMAC-SHA-256 over purpose and text. Stable for the life of the ring. */
  blind(purpose: BlindPurpose, text: string): string;
}

/** One generation of the key of a tenant's search indexes. Nothing is sealed with it: it rotates with its indexes. */
export interface IndexKey {
  readonly generation: number;
  /** 22 base64url letters (128 bits) of HMAC-SHA-256. */
  blind(text: string): string;
}

/** Rings by owner, for one user. A ring's secret is durable in the key store before the ring is handed out. */
export interface Vault {
  /**
   * The patient whom this claim (a tenant's blind token of source and source record) names. The first to claim decides,
   * for ever: `patientId` when given, else a new patient with a random id and keys. Two at once get the same answer.
   */
  claimPatient(tenant: string, claim: string, patientId?: string): Promise<string>;
  /**
   * Binds a blind key to a blind value for ever, unless it is bound already; answers what it is bound to. Durable, and the
   * same for all processes: it is how an Idempotency-Key is held to one command.
   */
  bind(tenant: string, key: string, value: string): Promise<string>;
  /**
   * Undefined when the tenant has no such patient (or the patient's keys were erased). `anew`: read from the key store, for who has
   * met a generation that is not known in memory.
   */
  patientRing(tenant: string, patientId: string, read?: 'anew'): Promise<KeyRing | undefined>;
  tenantRing(tenant: string, read?: 'anew'): Promise<KeyRing>;
  /**
   * The keys of one refused line that is kept, for as long as `use` runs: they are remembered nowhere. Undefined when they were
   * destroyed, or never made; `make` makes them where they were not.
   */
  withInput<T>(tenant: string, input: string, use: (ring: KeyRing) => Promise<T>, first?: 'make'): Promise<T | undefined>;
  /**
   * Keys of the tenant's search indexes, oldest generation first: the last makes new entries, and all are searched by while an
   * index is made anew. `atLeast`: a generation that is known to be in use, and is looked up where it has not been seen yet.
   */
  indexKeys(tenant: string, atLeast?: number): Promise<readonly IndexKey[]>;
  /** Whether the patient has keys here, had them until they were erased, or never had. No key is used to tell. */
  standing(tenant: string, patientId: string): Promise<'known' | 'erased' | 'unknown'>;
  /** What the patient's keys are called: for the record of what was destroyed. No key is used to tell. */
  keysOf(tenant: string, patientId: string): Promise<readonly { readonly keyId: string; readonly generation: number }[]>;
}

/** All keys that the process has the use of. */
export interface Keys {
  usedBy(user: KeyUser): Vault;
}
