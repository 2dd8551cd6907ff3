import type { IndexSpecification } from 'mongodb';
import type { KeyState, SecretCount, WrappedKek, WrappedSecret } from '../keys/key-store.js';

/** Rows from before keys had states lack the last two. */
export type SecretDocument = Omit<WrappedSecret, 'state' | 'createdAt'> & { _id: string; state?: KeyState; createdAt?: string };

export interface KekDocument extends WrappedKek {
  _id: string;
}

export interface ClaimDocument {
  _id: string;
  /** What is claimed; the name is from the time when that was always a patient. */
  patientId: string;
}

/** An owner that was erased, or a key-encryption key that was removed: nothing is ever stored for it again. */
export interface GoneDocument {
  _id: string;
}

/** Counts the changes in one of a tenant's stripes: two that change it at once are in conflict, and one is done again. */
export interface StripeDocument {
  _id: string;
  changes: number;
}

export interface CursorDocument {
  _id: string;
  position: string;
}

/** A tenant's owners are spread over so many: two at work on different owners rarely meet in one. */
export const STRIPES = 256;

export const BY_OWNER: IndexSpecification = { tenant: 1, owner: 1, generation: 1 };
export const BY_KEK: IndexSpecification = { tenant: 1, kekId: 1, owner: 1, generation: 1 };

/** The first generation stands where an owner's only secret stood before there were generations: those rows stay as they are. */
export function secretId({ tenant, owner, generation }: Pick<WrappedSecret, 'tenant' | 'owner' | 'generation'>): string {
  return generation === 1 ? `${tenant}/${owner}` : `${tenant}/${owner}#${generation}`;
}

export const goneOwnerId = (tenant: string, owner: string): string => `owner/${tenant}/${owner}`;
export const goneKekId = (tenant: string, kekId: string): string => `kek/${tenant}/${kekId}`;
export const stripeId = (tenant: string, stripe: number): string => `${tenant}/${stripe}`;

/** Any function will do that all processes agree on. */
export function stripeOf(owner: string): number {
  let hash = 0;
  for (const byte of Buffer.from(owner)) hash = (hash * 31 + byte) % 65_521;
  return hash % STRIPES;
}

export function secretOf(document: SecretDocument): WrappedSecret {
  const { tenant, owner, generation, keyId, kekId, wrapped, state = 'active', createdAt = '' } = document;
  return { tenant, owner, generation, keyId, kekId, wrapped, state, createdAt };
}

export function kekOf({ tenant, kekId, generation, rootId, wrapped, state, createdAt }: WrappedKek): WrappedKek {
  return { tenant, kekId, generation, rootId, wrapped, state, createdAt };
}

export interface CountedDocument {
  readonly _id: { readonly kekId: string; readonly state?: KeyState };
  readonly secrets: number;
}

/** Rows without a state and rows that say `active` count together. */
export function countsOf(counted: readonly CountedDocument[]): SecretCount[] {
  const counts = new Map<string, SecretCount>();
  for (const { _id, secrets } of counted) {
    const { kekId, state = 'active' } = _id;
    const name = `${kekId}/${state}`;
    counts.set(name, { kekId, state, secrets: secrets + (counts.get(name)?.secrets ?? 0) });
  }
  return [...counts.values()];
}
