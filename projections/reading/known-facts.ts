import type { EventReader } from '../../domain/log.js';
import { streams } from '../../domain/streams.js';
import type { PatientGroup } from '../../schemas/events/patients-merged.js';
import type { Fact } from '../../schemas/read-models/fact.js';
import { factKey } from '../record.js';
import { factsKnownAt, type KnownAt } from './as-of.js';

/** Statements held for all readers together; beyond that the answers asked for longest ago are folded anew. */
const STATEMENTS_AT_MOST = 50_000;

interface Held {
  /** Where each member's stream ended when it was read. */
  readonly ends: string;
  readonly facts: Promise<readonly Fact[]>;
  statements: number;
}

/**
 * The record as it was known, folded from the patients' streams and held for a while, since a reader asks for it page by
 * page. What is held is used only while the streams end where they did: a time that has not passed may still gain events.
 */
export class KnownFacts {
  readonly #held = new Map<string, Held>();

  constructor(
    private readonly store: EventReader,
    private readonly atMost: number = STATEMENTS_AT_MOST,
  ) {}

  /** In the order of the rows' keys. */
  async facts(tenant: string, group: PatientGroup, knownAt: KnownAt): Promise<readonly Fact[]> {
    const asked = JSON.stringify([tenant, group, knownAt]);
    const ends = (await Promise.all(group.members.map((patientId) => this.#end(streams.patient(tenant, patientId))))).join('|');
    const known = this.#held.get(asked);
    this.#held.delete(asked);
    if (known?.ends === ends) {
      this.#held.set(asked, known);
      return known.facts;
    }
    const facts = factsKnownAt(this.store, tenant, group, knownAt).then((found) => found.sort((left, right) => (factKey(left) < factKey(right) ? -1 : 1)));
    const held: Held = { ends, facts, statements: 0 };
    this.#held.set(asked, held);
    try {
      for (const { assertions } of await facts) held.statements += assertions.length;
    } catch (fault) {
      this.#held.delete(asked);
      throw fault;
    }
    this.#makeRoom();
    return facts;
  }

  async #end(stream: string): Promise<number> {
    const [last] = await this.store.readStream(stream, { limit: 1, direction: 'backwards' });
    return last?.revision ?? -1;
  }

  #makeRoom(): void {
    let held = [...this.#held.values()].reduce((sum, { statements }) => sum + statements, 0);
    for (const [asked, { statements }] of this.#held) {
      if (held <= this.atMost) return;
      this.#held.delete(asked);
      held -= statements;
    }
  }
}
