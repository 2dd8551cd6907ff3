import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerFault } from '../../domain/rejections.js';
import { type Cryptoki, type CryptokiModule, loadCryptoki, PinRefused, Pkcs11Refused } from './cryptoki.js';
import { readPin } from './pin-file.js';
import { finalize, moduleOf, TokenLink, type TokenName } from './token.js';

/** An HSM does one thing at a time for us; what cannot be done soon is refused, not piled up. */
const WAITING_AT_MOST = 256;
const ANSWER_WITHIN_MS = 10_000;
const RECONNECT_AFTER_MS = 250;
const RECONNECT_AFTER_AT_MOST_MS = 30_000;
/** SoftHSM rewrites the token's file at each login, and a process that starts at that moment finds none; about two seconds. */
const STARTS = 7;
const START_AFTER_MS = 20;

export interface HsmOptions {
  readonly library: string;
  readonly token: TokenName;
  readonly pinFile: string;
  readonly answerWithinMs?: number;
  /** Told of each change, for log and health. The reason is the module's own `CKR_` name, or words of ours. */
  readonly onState?: (state: HsmState, reason: string | null) => void;
}

/** `refused`: the PIN is wrong or the token locked, and only an operator and a restart help. */
export type HsmState = 'ready' | 'lost' | 'refused' | 'closed';

/** Proves a new link before it is used. `first` is true at start only. */
export type Prove = (link: TokenLink, first: boolean) => Promise<void>;

/**
 * One logged-in session on one token, one call at a time: `ready` until a call fails as no data could make it fail, then `lost`.
 * The call is tried once more on a new link; when there is none, everybody is refused at once (`keys-unavailable`) and a new
 * link is tried for with growing pauses.
 */
export class Hsm {
  #link: TokenLink | undefined;
  #state: HsmState = 'lost';
  #serial: string | undefined;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #pauseMs = RECONNECT_AFTER_MS;
  #timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly cryptoki: Cryptoki,
    private readonly module: CryptokiModule,
    private readonly options: HsmOptions,
    private readonly prove: Prove,
  ) {}

  /** Throws `Pkcs11Refused` for what an operator has to put right, a missing token included. */
  static async open(options: HsmOptions, prove: Prove): Promise<Hsm> {
    const cryptoki = await loadCryptoki();
    const hsm = new Hsm(cryptoki, moduleOf(cryptoki, options.library), options, prove);
    // By chance a little longer or shorter: two that disturbed each other should not do so again.
    for (let start = 1; !(await hsm.#started(start)); start++) await sleep(START_AFTER_MS * 2 ** start * (0.5 + Math.random()));
    return hsm;
  }

  get state(): HsmState {
    return this.#state;
  }

  /**
   * Does `work` when its turn comes. It may be done twice, so it has to be repeatable. Its `LedgerFault`s are passed on;
   * whatever else it throws means that the token is lost.
   */
  run<T>(work: (link: TokenLink) => Promise<T>): Promise<T> {
    if (this.#state !== 'ready') return Promise.reject(new LedgerFault('keys-unavailable'));
    if (this.#waiting >= WAITING_AT_MOST) return Promise.reject(new LedgerFault('overloaded'));
    const withinMs = this.options.answerWithinMs ?? ANSWER_WITHIN_MS;
    let givenUp = false;
    const done = this.#inTurn(() => {
      if (givenUp) throw new LedgerFault('keys-unavailable');
      return this.#twice(work);
    });
    return new Promise((resolve, reject) => {
      // A call into the module cannot be stopped; who waits for it can.
      const timer = setTimeout(() => {
        givenUp = true;
        reject(new LedgerFault('keys-unavailable'));
      }, withinMs);
      done.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  /** After what is waiting is done. Ends every session that the process has with this library. */
  close(): Promise<void> {
    clearTimeout(this.#timer);
    return this.#inTurn(async () => {
      this.#enter('closed');
      this.#link = undefined;
      finalize(this.module);
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    const done = this.#tail.then(work).finally(() => {
      this.#waiting -= 1;
    });
    // The next turn comes whether this one went well or not; its fault goes to whom it belongs.
    this.#tail = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }

  async #twice<T>(work: (link: TokenLink) => Promise<T>): Promise<T> {
    try {
      return await work(this.#linked());
    } catch (fault) {
      if (fault instanceof LedgerFault) throw fault;
      // The link is gone, which a new one puts right or tells the reason of.
      await this.#reconnect();
    }
    try {
      return await work(this.#linked());
    } catch (cause) {
      if (cause instanceof LedgerFault) throw cause;
      this.#lose(cause);
      throw new LedgerFault('keys-unavailable', { cause });
    }
  }

  #linked(): TokenLink {
    if (this.#link === undefined) throw new LedgerFault('keys-unavailable');
    return this.#link;
  }

  async #reconnect(): Promise<void> {
    try {
      await this.#connect();
    } catch (cause) {
      this.#lose(cause);
      throw new LedgerFault('keys-unavailable', { cause });
    }
  }

  /** False when another start may go better. */
  async #started(start: number): Promise<boolean> {
    try {
      await this.#connect();
      return true;
    } catch (cause) {
      finalize(this.module);
      if (cause instanceof Pkcs11Refused) throw cause;
      if (start === STARTS) throw new Pkcs11Refused(`the token cannot be used: ${reasonOf(cause)}`, { cause });
      return false;
    }
  }

  async #connect(): Promise<void> {
    const first = this.#serial === undefined;
    // Once chosen, a token is known by its serial number: another of the same label is no replacement.
    const name = this.#serial === undefined ? this.options.token : { ...this.options.token, serial: this.#serial };
    const link = TokenLink.open(this.cryptoki, this.module, name, await readPin(this.options.pinFile));
    await this.prove(link, first);
    this.#serial = link.serial;
    this.#link = link;
    this.#pauseMs = RECONNECT_AFTER_MS;
    this.#enter('ready');
  }

  #lose(cause: unknown): void {
    this.#link = undefined;
    this.#enter(cause instanceof PinRefused ? 'refused' : 'lost', reasonOf(cause));
    if (this.#state === 'refused') return;
    this.#timer = setTimeout(() => {
      this.#inTurn(async () => {
        if (this.#state === 'lost') await this.#reconnect();
        // A failure has set the next try already, and nobody waits for this one.
      }).catch(() => undefined);
    }, this.#pauseMs).unref();
    this.#pauseMs = Math.min(this.#pauseMs * 2, RECONNECT_AFTER_AT_MOST_MS);
  }

  #enter(state: HsmState, reason: string | null = null): void {
    if (this.#state === state) return;
    this.#state = state;
    this.options.onState?.(state, reason);
  }
}

/** Neither a module's answer nor a text of ours holds anything of a PIN, a key or what was wrapped. */
function reasonOf(cause: unknown): string {
  return (cause as Error).message.replace(/\n.*/s, '');
}
