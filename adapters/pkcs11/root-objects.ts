import { randomBytes } from 'node:crypto';
import { LedgerFault } from '../../domain/rejections.js';
import { isFull, type Template, type TokenObject } from './cryptoki.js';
import type { TokenLink } from './token.js';

const LABEL = 'clinical-ledger-root';
const ID_BYTES = 16;
const KEY_BYTES = 32;
const ROOTS_AT_MOST = 1000;
const ROOT_ID = /^pkcs11:([0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15})$/;

/** A root key on the token. `id` is its `CKA_ID` in hex. */
export interface RootObject {
  readonly id: string;
  readonly object: TokenObject;
}

export function rootIdOf(id: string): string {
  return `pkcs11:${id}`;
}

/** The `CKA_ID` that a root id names; undefined for ids of other providers and other forms. */
export function objectIdOf(rootId: string): string | undefined {
  return ROOT_ID.exec(rootId)?.[1];
}

/** When a root key was made: its id begins with that instant. */
export function madeAt(id: string): string {
  return new Date(madeAtMs(id)).toISOString();
}

function madeAtMs(id: string): number {
  return Number.parseInt(id.slice(0, 12), 16);
}

/**
 * Ids are UUIDs of version 7 (RFC 9562): milliseconds, then random bits. So all processes and all restarts agree on which key
 * is the newest without anything being kept beside the token; a clock that lags behind the newest key counts on from there.
 */
export function newId(nowMs: number, newest: string | undefined): string {
  const ms = newest === undefined ? nowMs : Math.max(nowMs, madeAtMs(newest) + 1);
  const bytes = randomBytes(ID_BYTES);
  bytes.writeUIntBE(ms, 0, 6);
  bytes[6] = 0x70 | ((bytes[6] as number) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f);
  return bytes.toString('hex');
}

/** All root keys, oldest first. That none is seen says nothing yet: a token that went away shows none either. */
export function rootsOn(link: TokenLink): RootObject[] {
  return genuine(link, { label: LABEL }).sort((left, right) => (left.id < right.id ? -1 : 1));
}

export function rootOn(link: TokenLink, id: string): RootObject | undefined {
  return genuine(link, { label: LABEL, id: Buffer.from(id, 'hex') })[0];
}

/** Destroys a root key for ever. One that is gone already is fine; one that is still there afterwards is not. */
export function destroyRoot(link: TokenLink, id: string): void {
  rootOn(link, id)?.object.destroy();
  if (rootOn(link, id) !== undefined) throw new Error('the token still shows a key that it has destroyed');
}

/** Made on the token, written there before it is done, and never to leave it. `store-full` when there is no room. */
export async function makeRoot(link: TokenLink, nowMs: number, roots: readonly RootObject[]): Promise<RootObject> {
  if (roots.length >= ROOTS_AT_MOST) throw new LedgerFault('store-full');
  const id = newId(nowMs, roots.at(-1)?.id);
  const { ObjectClass, KeyType, KeyGenMechanism } = link.cryptoki;
  const template: Template = {
    class: ObjectClass.SECRET_KEY,
    keyType: KeyType.AES,
    valueLen: KEY_BYTES,
    token: true,
    private: true,
    sensitive: true,
    extractable: false,
    modifiable: false,
    encrypt: true,
    decrypt: true,
    wrap: false,
    unwrap: false,
    sign: false,
    verify: false,
    derive: false,
    label: LABEL,
    id: Buffer.from(id, 'hex'),
  };
  return new Promise((resolve, reject) => {
    link.session.generateKey(KeyGenMechanism.AES, template, (fault, object) => {
      if (fault === null) resolve({ id, object });
      else reject(isFull(fault) ? new LedgerFault('store-full', { cause: fault }) : fault);
    });
  });
}

/** As a token has them that made a key and never showed it. It sets `local`, `alwaysSensitive` and `neverExtractable` itself. */
const GENERATED = { private: true, sensitive: true, extractable: false, local: true, alwaysSensitive: true, neverExtractable: true };

/**
 * An object that somebody imported under our label, with a key that they know, must not become the current root key. The
 * attributes are read, not searched for: some modules look at few of those that a search names.
 */
function genuine(link: TokenLink, wanted: Template): RootObject[] {
  const found: RootObject[] = [];
  const asked = { id: null, ...Object.fromEntries(Object.keys(GENERATED).map((name) => [name, null])) };
  const { ObjectClass, KeyType } = link.cryptoki;
  link.session.find({ class: ObjectClass.SECRET_KEY, keyType: KeyType.AES, ...wanted }, (object) => {
    const has = object.getAttribute(asked);
    const id = (has['id'] as Buffer).toString('hex');
    if (objectIdOf(rootIdOf(id)) === undefined) return;
    if (Object.entries(GENERATED).every(([name, value]) => has[name] === value)) found.push({ id, object });
  });
  return found;
}
