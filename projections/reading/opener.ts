import { openContent, type Shown } from '../../domain/record/content.js';
import { openWith, type RingOf, type Unreadable, unreadableCode } from '../../domain/record/unreadable.js';
import type { Candidate } from '../../domain/resolution/resolve.js';
import type { KeyRing } from '../../domain/rings.js';
import { shownOf, shownOfRest } from './content.js';

export type { RingOf } from '../../domain/record/unreadable.js';

/** What a source wrote of one thing, opened for a reader: the resource, or the part of it that the statement is about, byte for byte. */
export interface StatementShown extends Shown {
  /** Nobody can open it: there is no resource then, and the answer has to say so. */
  readonly unreadable?: Unreadable;
}

type Opening = Pick<Candidate, 'assertion' | 'head'>;

/** `ring` is null for what cannot be opened. */
interface Opened {
  readonly shown: StatementShown;
  readonly ring: KeyRing | null;
}

/**
 * Opens what an answer needs, each sealed part once, and counts how many that were. Every patient's content has keys of its own.
 * What is damaged is `thrown`, so that nobody takes the rest for the whole, or `told` in its place by those who can say it.
 */
export class Opener {
  readonly #opened = new Map<string, Promise<Opened | null>>();
  #count = 0;
  #withheld = false;
  readonly #rings = new Map<string, Promise<KeyRing | undefined>>();
  readonly #anew = new Set<string>();
  readonly #unreadable = new Map<string, Unreadable>();

  constructor(
    private readonly ringOf: RingOf,
    private readonly damaged: 'thrown' | 'told' = 'thrown',
  ) {}

  get count(): number {
    return this.#count;
  }

  /** Whether something of what was asked for lies under scopes that the reader does not hold. */
  get withheld(): boolean {
    return this.#withheld;
  }

  /** What was asked for and cannot be opened, each event once. */
  get unreadable(): readonly Unreadable[] {
    return [...this.#unreadable.values()];
  }

  isUnreadable({ head }: Pick<Candidate, 'head'>): boolean {
    return this.#unreadable.has(head.eventId);
  }

  /** Null where the keys were erased: the statement stays attributed, its content cannot be read any more. */
  async open({ assertion, head }: Opening): Promise<StatementShown | null> {
    const known = this.#opened.get(head.eventId);
    const opening = known ?? this.#read({ assertion, head });
    if (known === undefined) this.#opened.set(head.eventId, opening);
    const opened = await opening;
    if (opened === null) return null;
    const { shown, ring } = opened;
    if (known === undefined) this.#count += shown.opened;
    this.#withheld ||= shown.withheld;
    if (shown.resource === null || ring === null) return shown;
    return { ...shown, resource: shown.withheld ? shownOfRest(shown.resource, assertion, ring) : shownOf(shown.resource, assertion, ring) };
  }

  ringFor(patientId: string, read?: 'anew'): Promise<KeyRing | undefined> {
    const known = this.#rings.get(patientId);
    // Read anew once for an answer: damage does not go away by looking again.
    if (known !== undefined && (read === undefined || this.#anew.has(patientId))) return known;
    if (read === 'anew') this.#anew.add(patientId);
    const fresh = this.ringOf(patientId, read);
    this.#rings.set(patientId, fresh);
    return fresh;
  }

  async #read({ assertion: { patientId }, head }: Opening): Promise<Opened | null> {
    try {
      const opened = await openWith(
        (read) => this.ringFor(patientId, read),
        async (ring) => ({ ring, shown: await openContent(ring, head.sealed, head) }),
      );
      return opened ?? null;
    } catch (fault) {
      const code = unreadableCode(fault);
      if (code === undefined || this.damaged === 'thrown') throw fault;
      const unreadable = { code, eventId: head.eventId, stream: head.stream };
      this.#unreadable.set(head.eventId, unreadable);
      return { ring: null, shown: notShown(unreadable) };
    }
  }
}

/** In the place of what cannot be opened. */
export function notShown(unreadable: Unreadable): StatementShown {
  return { sourceRecordId: null, resource: null, withheld: false, labels: null, opened: 0, unreadable };
}
