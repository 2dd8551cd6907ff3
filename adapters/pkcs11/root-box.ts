import { LedgerFault } from '../../domain/rejections.js';
import { gcm, NONCE_BYTES, randomNonce } from '../webcrypto/subtle.js';
import { mayBeTheData } from './cryptoki.js';
import { type RootObject, rootIdOf, rootOn } from './root-objects.js';
import type { TokenLink } from './token.js';

export const SECRET_AT_MOST_BYTES = 1024;
const VERSION = 1;
const TAG_BYTES = 16;
const KNOWN_ANSWER = 'clinical-ledger known answer';

/**
 * The wrapped form: `version ‖ nonce ‖ AES-256-GCM box`, bound to the root key's id and the context. It needs no key commitment:
 * a box that opens under two keys can be made only by who knows both, and nobody knows any; nor are keys ever tried in turn,
 * since the id names one.
 */
export async function seal(link: TokenLink, root: RootObject, secret: Uint8Array<ArrayBuffer>, context: string): Promise<Uint8Array<ArrayBuffer>> {
  const nonce = randomNonce();
  const box = await link.subtle.encrypt(gcm(nonce, associated(root, context)), link.keyOf(root.object), secret);
  return new Uint8Array(Buffer.concat([new Uint8Array([VERSION]), nonce, new Uint8Array(box)]));
}

export async function unseal(link: TokenLink, root: RootObject, form: Uint8Array<ArrayBuffer>, context: string): Promise<Uint8Array<ArrayBuffer>> {
  const nonce = form.slice(1, 1 + NONCE_BYTES);
  const how = gcm(nonce, associated(root, context));
  return new Uint8Array(await link.subtle.decrypt(how, link.keyOf(root.object), form.slice(1 + NONCE_BYTES)));
}

function associated(root: RootObject, context: string): string {
  return JSON.stringify(['root', VERSION, rootIdOf(root.id), context]);
}

/** Refused here are forms that no key could open: some modules are left in the middle of an operation by an empty box. */
export function formOf(wrapped: string): Uint8Array<ArrayBuffer> | undefined {
  const outsideBytes = 1 + NONCE_BYTES + TAG_BYTES;
  if (wrapped.length > 2 * (outsideBytes + SECRET_AT_MOST_BYTES)) return undefined;
  const form = Buffer.from(wrapped, 'base64url');
  const isWhole = form.toString('base64url') === wrapped && form[0] === VERSION;
  return isWhole && form.length > outsideBytes && form.length <= outsideBytes + SECRET_AT_MOST_BYTES ? new Uint8Array(form) : undefined;
}

/**
 * What was sealed under the root key of an id. `key-unreadable` is said only by a token that proves itself: modules say the same of
 * changed data and of a broken device, and a token that went away seems to hold no key.
 */
export async function openUnder(link: TokenLink, id: string, form: Uint8Array<ArrayBuffer>, context: string): Promise<Uint8Array<ArrayBuffer>> {
  const root = rootOn(link, id);
  if (root !== undefined) {
    try {
      return await unseal(link, root, form, context);
    } catch (fault) {
      if (!mayBeTheData(fault)) throw fault;
    }
  }
  await proveAlive(link);
  throw new LedgerFault('key-unreadable');
}

/** What tells a broken device from changed data: a box whose content is known, and the key that it is under. */
interface Proof {
  readonly id: string;
  readonly form: Uint8Array<ArrayBuffer>;
}

const proofs = new WeakMap<TokenLink, Proof>();

/** Seals what is known under a key and opens it again: from then on `proveAlive` can tell. */
export async function prepareProof(link: TokenLink, root: RootObject): Promise<void> {
  proofs.set(link, { id: root.id, form: await seal(link, root, new Uint8Array(Buffer.from(KNOWN_ANSWER)), KNOWN_ANSWER) });
  await proveAlive(link);
}

/** Throws when the token does not open what it is known to open. */
export async function proveAlive(link: TokenLink): Promise<void> {
  const proof = proofs.get(link);
  const root = proof === undefined ? undefined : rootOn(link, proof.id);
  if (proof === undefined || root === undefined) throw new Error('the token no longer shows a key that it had');
  const answer = await unseal(link, root, proof.form, KNOWN_ANSWER);
  if (Buffer.from(answer).toString() !== KNOWN_ANSWER) throw new Error('the token gives wrong answers');
}
