import { openContent, type Shown } from '../../domain/record/content.js';
import type { Candidate } from '../../domain/resolution/resolve.js';
import type { KeyRing } from '../../domain/rings.js';
import { shownOf, shownOfRest } from './content.js';

/** The keys of a patient; undefined once they were erased. */
export type RingOf = (patientId: string) => Promise<KeyRing | undefined>;

/** What a source wrote of one thing, opened for a reader: the resource, or the part of it that the statement is about, byte for byte. */
export type { Shown } from '../../domain/record/content.js';

/** Opens what an answer needs, each sealed part once, and counts how many that were. Every patient's content has keys of its own. */
export class Opener {
  readonly #opened = new Map<string, Promise<Shown>>();
  #count = 0;
  #withheld = false;
  readonly #rings = new Map<string, Promise<KeyRing | undefined>>();

  constructor(private readonly ringOf: RingOf) {}

  get count(): number {
    return this.#count;
  }

  /** Whether something of what was asked for lies under scopes that the reader does not hold. */
  get withheld(): boolean {
    return this.#withheld;
  }

  /** Null where the keys are gone: the statement stays attributed, its content cannot be read any more, or not by this reader. */
  async open({ assertion, head }: Pick<Candidate, 'assertion' | 'head'>): Promise<Shown | null> {
    const ring = await this.ringFor(assertion.patientId);
    if (ring === undefined) return null;
    const known = this.#opened.get(head.eventId);
    const opening = known ?? openContent(ring, head.sealed, head);
    if (known === undefined) this.#opened.set(head.eventId, opening);
    const shown = await opening;
    if (known === undefined) this.#count += shown.opened;
    this.#withheld ||= shown.withheld;
    if (shown.resource === null) return shown;
    return { ...shown, resource: shown.withheld ? shownOfRest(shown.resource, assertion, ring) : shownOf(shown.resource, assertion, ring) };
  }

  ringFor(patientId: string): Promise<KeyRing | undefined> {
    const known = this.#rings.get(patientId);
    if (known !== undefined) return known;
    const fresh = this.ringOf(patientId);
    this.#rings.set(patientId, fresh);
    return fresh;
  }
}
