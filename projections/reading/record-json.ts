import { type Candidate, RESOLUTION_RULE, type Resolution } from '../../domain/resolution/resolve.js';
import type { KeyRing } from '../../domain/rings.js';
import { elementOfPatient, type Opened, openHead } from './content.js';

/** Text of a JSON value, to be spliced and not parsed: what a source wrote goes out byte for byte. */
export type JsonText = string;

/** Opens what a page of the record needs, each sealed part once, and counts how many that were. */
export class Opener {
  readonly #opened = new Map<string, Promise<Opened>>();

  constructor(private readonly ring: KeyRing) {}

  get count(): number {
    return this.#opened.size;
  }

  open(candidate: Candidate): Promise<Opened> {
    const { head } = candidate;
    const known = this.#opened.get(head.eventId);
    if (known !== undefined) return known;
    const fresh = openHead(this.ring, head);
    this.#opened.set(head.eventId, fresh);
    return fresh;
  }
}

/** One fact as the API shows it: its value and where it came from, every other statement, and why it was settled so. */
export async function factJson(resolution: Resolution, opener: Opener | null): Promise<JsonText> {
  const { fact, winner, alternatives, conflict } = resolution;
  const statements = await Promise.all([winner, ...alternatives].map((candidate) => statementJson(resolution, candidate, opener)));
  const head = JSON.stringify({ factId: fact.factId, category: fact.category, element: fact.element, conflict });
  return `${head.slice(0, -1)},"value":${statements[0]},"alternatives":[${statements.slice(1).join(',')}],"rule":${JSON.stringify(ruleOf(resolution))}}`;
}

async function statementJson({ fact }: Resolution, candidate: Candidate, opener: Opener | null): Promise<JsonText> {
  const { assertion, head } = candidate;
  const about = {
    source: assertion.source,
    sourceVersion: head.sourceVersion,
    resourceType: assertion.resourceType,
    assertionId: assertion.assertionId,
    eventId: head.eventId,
    eventType: head.eventType,
    position: head.position,
    revision: head.revision,
    recordedAt: head.recordedAt,
    validTime: head.validTime,
  };
  if (opener === null) return JSON.stringify(about);
  const { sourceRecordId, resource } = await opener.open(candidate);
  const shown = fact.element === null ? resource : elementOfPatient(resource, fact.element);
  return `${JSON.stringify({ ...about, sourceRecordId }).slice(0, -1)},"resource":${shown}}`;
}

/** The rule, its version and the event that gave it its force. */
export function ruleOf({ strategy, designation, winner, alternatives }: Resolution) {
  return {
    name: RESOLUTION_RULE,
    strategy,
    because: reason(designation !== undefined, winner, alternatives),
    designation:
      designation === undefined
        ? null
        : {
            eventId: designation.eventId,
            revision: designation.revision,
            scope: designation.scope,
            sources: designation.sources,
            effectiveFrom: designation.effectiveFrom,
          },
  };
}

function reason(designated: boolean, winner: Candidate, alternatives: readonly Candidate[]): string {
  if (alternatives.length === 0) return 'It is the only live statement.';
  if (designated && alternatives.some((other) => other.rank > winner.rank)) return `${winner.assertion.source} is believed most for this.`;
  if (designated && winner.rank === Number.MAX_SAFE_INTEGER)
    return 'No source of this fact is designated; the later valid time wins, then the order of source names.';
  return designated
    ? 'Statements of equal rank: the later valid time wins, then the later version.'
    : 'No system of record is designated; the later valid time wins, then the order of source names.';
}
