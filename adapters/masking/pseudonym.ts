import type { KeyRing } from '../../domain/rings.js';
import { ff1 } from './ff1.js';

const BYTES = 16;

/**
 * What an answer calls a patient: their random id through a permutation of all 128-bit numbers (FF1 on bytes) under two keyed
 * hashes of the tenant's ring. The recipient is the tweak: two recipients cannot join what they were given. It is not derived
 * from anything about the person (164.514(c)), and without the keys leads nowhere.
 */
export function pseudonymOf(tenantRing: Pick<KeyRing, 'blind'>, recipient: string, patientId: string): string {
  return uuidOf(Buffer.from(permutation(tenantRing, recipient).encrypt(bytesOf(patientId))));
}

/** The id that a pseudonym was made of. Any UUID leads to some id: whether that is a patient's, the caller looks up. */
export function patientOf(tenantRing: Pick<KeyRing, 'blind'>, recipient: string, pseudonym: string): string {
  return uuidOf(Buffer.from(permutation(tenantRing, recipient).decrypt(bytesOf(pseudonym))));
}

/** A keyed hash in the form of a UUID: what ids of records become. */
export function hashedId(ring: Pick<KeyRing, 'blind'>, text: string): string {
  return uuidOf(Buffer.from(ring.blind('mask', `id/${text}`), 'base64url'));
}

function permutation(ring: Pick<KeyRing, 'blind'>, recipient: string) {
  const key = Buffer.concat(['pseudonym/left', 'pseudonym/right'].map((half) => Buffer.from(ring.blind('mask', half), 'base64url')));
  return ff1({ radix: 256, key, tweak: Buffer.from(recipient) });
}

function bytesOf(uuid: string): number[] {
  return [...Buffer.from(uuid.replaceAll('-', ''), 'hex')];
}

function uuidOf(bytes: Buffer): string {
  const hex = bytes.subarray(0, BYTES).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
