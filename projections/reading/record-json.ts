import { repeats } from '../../domain/resolution/agreement.js';
import type { Dispute } from '../../domain/resolution/disputes.js';
import type { Candidate, Resolution } from '../../domain/resolution/resolve.js';
import type { NoteJson } from './amendment-notes.js';
import type { Opener, Shown } from './opener.js';
import { ruleOf } from './rule-json.js';

/** Text of a JSON value, to be spliced and not parsed: what a source wrote goes out byte for byte. */
export type JsonText = string;

/** One fact as the API shows it: its value and where it came from, every other statement, and why it was settled so. */
export async function factJson(
  resolution: Resolution,
  disputes: readonly Dispute[],
  opener: Opener | null,
  amendments: readonly NoteJson[] = [],
): Promise<JsonText> {
  const { fact, winner, alternatives, conflict, state } = resolution;
  const statements = await Promise.all([winner, ...alternatives].map((candidate) => statementJson(resolution, candidate, opener)));
  const head = JSON.stringify({
    factId: fact.factId,
    category: fact.category,
    element: fact.element,
    conflict,
    state,
    disputedBy: disputesOf(resolution, disputes),
    amendments,
    takenBackBy: resolution.takenBack.map(({ assertionId, source, heads }) => ({ assertionId, source, eventId: heads[0]?.eventId })),
  });
  return `${head.slice(0, -1)},"value":${statements[0]},"alternatives":[${statements.slice(1).join(',')}],"rule":${JSON.stringify(ruleOf(resolution))}}`;
}

/** Ids of the facts that cannot be true beside this one, and whether a steward has said that both may stand. */
export function disputesOf({ fact }: Resolution, disputes: readonly Dispute[]) {
  return disputes
    .filter(({ facts }) => facts.some((one) => one.fact.factId === fact.factId))
    .map(({ facts, settlement }) => ({
      factId: (facts.find((one) => one.fact.factId !== fact.factId) ?? facts[0]).fact.factId,
      settlement: settlement?.settlement ?? null,
    }));
}

async function statementJson({ winner, disagreeing }: Resolution, candidate: Candidate, opener: Opener | null): Promise<JsonText> {
  const { assertion, head } = candidate;
  const about = {
    source: assertion.source,
    sourceVersion: head.sourceVersion,
    resourceType: head.resourceType,
    patientId: assertion.patientId,
    assertionId: assertion.assertionId,
    eventId: head.eventId,
    eventType: head.eventType,
    position: head.position,
    revision: head.revision,
    recordedAt: head.recordedAt,
    validTime: head.validTime,
    standing: head.standing,
    agrees: !disagreeing.has(candidate),
  };
  // What says exactly the same is attributed and not opened once more: what that source wrote stands in the history.
  const repeated = candidate !== winner && repeats(candidate.names, winner.names);
  const shown = opener === null || repeated ? null : await opener.open(candidate);
  if (shown === null) return JSON.stringify(about);
  return withContent(about, shown);
}

/** What of the content may be shown, byte for byte; why it is sensitive, where it is; and that there is more, where there is. */
export function withContent(about: object, { sourceRecordId, resource, withheld, labels }: Shown): JsonText {
  const said = { ...about, sourceRecordId, ...(withheld ? { withheld } : {}), ...(labels === null ? {} : { labels }) };
  return `${JSON.stringify(said).slice(0, -1)},"resource":${resource}}`;
}
