import type { Candidate } from '../../domain/resolution/resolve.js';
import type { KeyRing } from '../../domain/rings.js';
import { type Opened, openHead, shownOf } from './content.js';

/** The keys of a patient; undefined once they were erased. */
export type RingOf = (patientId: string) => Promise<KeyRing | undefined>;

/** What a source wrote of one thing, opened for a reader. */
export interface Shown {
  readonly sourceRecordId: string;
  /** The resource, or the part of it that the statement is about, byte for byte. */
  readonly resource: string;
}

/** Opens what an answer needs, each sealed part once, and counts how many that were. Every patient's content has keys of its own. */
export class Opener {
  readonly #opened = new Map<string, Promise<Opened>>();
  readonly #rings = new Map<string, Promise<KeyRing | undefined>>();

  constructor(private readonly ringOf: RingOf) {}

  get count(): number {
    return this.#opened.size;
  }

  /** Null where the keys are gone: the statement stays attributed, its content cannot be read any more. */
  async open({ assertion, head }: Pick<Candidate, 'assertion' | 'head'>): Promise<Shown | null> {
    const ring = await this.ringFor(assertion.patientId);
    if (ring === undefined) return null;
    const known = this.#opened.get(head.eventId);
    const opening = known ?? openHead(ring, head);
    if (known === undefined) this.#opened.set(head.eventId, opening);
    const { sourceRecordId, resource } = await opening;
    return { sourceRecordId, resource: shownOf(resource, assertion, ring) };
  }

  ringFor(patientId: string): Promise<KeyRing | undefined> {
    const known = this.#rings.get(patientId);
    if (known !== undefined) return known;
    const fresh = this.ringOf(patientId);
    this.#rings.set(patientId, fresh);
    return fresh;
  }
}
