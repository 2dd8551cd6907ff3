import type { SealedPart } from '../schemas/event.js';

/** What a sealed part belongs to; all of it is bound into the ciphertext as associated data. */
export interface PartPlace {
  readonly stream: string;
  readonly eventId: string;
  readonly name: string;
  readonly scope: string;
}

/**
 * The keys of one patient (or of a tenant's own affairs). Seals and opens; makes keyed hashes. Never shows a key.
 * `open` throws `LedgerFault('content-unreadable')` when the part was changed, moved to another place or sealed under another key.
 */
export interface KeyRing {
  seal(place: PartPlace, content: string): Promise<SealedPart>;
  open(part: SealedPart, place: Pick<PartPlace, 'stream' | 'eventId'>): Promise<string>;
  /** 22 base64url letters (128 bits) of HMAC-SHA-256 over purpose and text. Stable for the life of the ring. */
  blind(
    purpose: 'record' | 'identity' | 'value' | 'content' | 'claim' | 'identifier' | 'idempotency' | 'input' | 'part' | 'code' | 'fact-claim' | 'match',
    text: string,
  ): string;
}

/** Rings by owner. A ring's secret is durable in the key store before the ring is handed out. */
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
  /** Undefined when the tenant has no such patient (or the patient's keys were erased). */
  patientRing(tenant: string, patientId: string): Promise<KeyRing | undefined>;
  tenantRing(tenant: string): Promise<KeyRing>;
}
