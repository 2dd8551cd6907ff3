import type { webcrypto } from 'node:crypto';
import { type Cryptoki, type CryptokiModule, codeOf, PinRefused, Pkcs11Refused, type Session, type Slot, type TokenObject } from './cryptoki.js';

/** Without it SoftHSM takes the caller to have one thread, and two calls at once end the process. */
const CKF_OS_LOCKING_OK = 0x02;
const CKF_RW_SESSION = 0x02;
const CKF_SERIAL_SESSION = 0x04;
const TOKEN_INITIALIZED = 0x400;
const USER_PIN_FINAL_TRY = 0x2_0000;
const USER_PIN_LOCKED = 0x4_0000;
const CKR_USER_ALREADY_LOGGED_IN = 0x100;
const CKR_CRYPTOKI_NOT_INITIALIZED = 0x190;
/** PIN incorrect, invalid, of the wrong length, expired, locked; and a token whose PIN was never set. */
const ABOUT_THE_PIN = new Set([0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0x102]);
const KEYS_KNOWN_AT_MOST = 256;

/** By what a token is chosen: never by the number of its slot, which changes. One of the two, or both. */
export interface TokenName {
  readonly label?: string;
  readonly serial?: string;
}

const loaded = new Map<string, CryptokiModule>();

/** Each library is loaded once a process and stays loaded: unloading one while its threads may still run is not safe. */
export function moduleOf(cryptoki: Cryptoki, library: string): CryptokiModule {
  const known = loaded.get(library);
  if (known !== undefined) return known;
  try {
    const module = cryptoki.Module.load(library, 'clinical-ledger');
    loaded.set(library, module);
    return module;
  } catch (cause) {
    throw new Pkcs11Refused('the PKCS#11 library cannot be loaded: check its path, and that it is for this processor', { cause });
  }
}

/** A session on the token with the user logged in: valid until the token is lost, then thrown away whole. */
export class TokenLink {
  readonly subtle: webcrypto.SubtleCrypto;
  readonly #keys = new Map<string, webcrypto.CryptoKey>();

  private constructor(
    readonly cryptoki: Cryptoki,
    readonly session: Session,
    readonly serial: string,
  ) {
    this.subtle = new cryptoki.Crypto({ session, name: 'clinical-ledger' }).subtle;
  }

  /**
   * Begins anew: whatever sessions, logins and handles of this library the process still had end here. A PIN that the token
   * refuses is `PinRefused`; a token that is away is whatever the library throws.
   */
  static open(cryptoki: Cryptoki, module: CryptokiModule, name: TokenName, pin: string): TokenLink {
    finalize(module);
    module.initialize({ flags: CKF_OS_LOCKING_OK });
    // The package takes version 3.0 for older than 2.40 and would hand over AES-GCM's parameters in a form long gone.
    if (module.cryptokiVersion.major > 2) module.cryptokiVersion = { major: 2, minor: 40 };
    const { slot, serial, flags } = chosen(module, name);
    if ((flags & (USER_PIN_FINAL_TRY | USER_PIN_LOCKED)) !== 0) {
      throw new PinRefused('the token is locked, or has one try left for the PIN: log in with its own tool first');
    }
    const session = slot.open(CKF_SERIAL_SESSION | CKF_RW_SESSION);
    login(session, pin);
    return new TokenLink(cryptoki, session, serial);
  }

  /** The WebCrypto key of an object. Kept by handle, since making one asks the token for a dozen attributes. */
  keyOf(object: TokenObject): webcrypto.CryptoKey {
    const handle = object.handle.toString('hex');
    const known = this.#keys.get(handle);
    if (known !== undefined) return known;
    if (this.#keys.size >= KEYS_KNOWN_AT_MOST) this.#keys.clear();
    const key = new this.cryptoki.CryptoKey(object.toType(), { name: 'AES-GCM', length: 256 });
    this.#keys.set(handle, key);
    return key;
  }
}

/** Ends every session of the process with this library. That nothing had begun is no fault. */
export function finalize(module: CryptokiModule): void {
  try {
    module.finalize();
  } catch (fault) {
    if (codeOf(fault) !== CKR_CRYPTOKI_NOT_INITIALIZED) throw fault;
  }
}

interface Found {
  readonly slot: Slot;
  readonly serial: string;
  readonly flags: number;
}

function chosen(module: CryptokiModule, name: TokenName): Found {
  const slots = module.getSlots(true);
  const fitting: Found[] = [];
  let cause: unknown;
  for (let index = 0; index < slots.length; index++) {
    // A broken token in another slot is none of ours; in ours it is why none was found.
    try {
      const slot = slots.items(index);
      const { label, serialNumber, flags } = slot.getToken();
      const fits = (flags & TOKEN_INITIALIZED) !== 0 && fit(name.label, label) && fit(name.serial, serialNumber);
      if (fits) fitting.push({ slot, serial: unpadded(serialNumber), flags });
    } catch (fault) {
      cause = fault;
    }
  }
  const [only, another] = fitting;
  if (another !== undefined) throw new Pkcs11Refused('more than one token has this label: choose one by its serial number');
  if (only === undefined) throw new Error('no token of this label and serial number is present', { cause });
  return only;
}

function fit(wanted: string | undefined, found: string): boolean {
  return wanted === undefined || wanted === unpadded(found);
}

/** The standard pads labels and serial numbers with blanks, some modules with zero bytes. */
function unpadded(text: string): string {
  return text.replace(/[ \0]+$/, '');
}

function login(session: Session, pin: string): void {
  try {
    session.login(pin);
  } catch (fault) {
    const code = codeOf(fault) ?? 0;
    if (code === CKR_USER_ALREADY_LOGGED_IN) return;
    if (ABOUT_THE_PIN.has(code)) throw new PinRefused('the token refuses the PIN: it is not tried again, since tokens lock after a few', { cause: fault });
    throw fault;
  }
}
