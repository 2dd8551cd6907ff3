import { repeats } from '../../domain/resolution/agreement.js';
import type { Dispute } from '../../domain/resolution/disputes.js';
import type { Candidate, Resolution } from '../../domain/resolution/resolve.js';
import type { NoteJson } from './amendment-notes.js';
import { damageOf } from './damage.js';
import type { Opener, StatementShown } from './opener.js';
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
  const { fact, winner, alternatives, conflict } = resolution;
  const value = await statementJson(resolution, winner, opener);
  const others = await Promise.all(alternatives.map((candidate) => statementJson(resolution, candidate, opener)));
  const head = JSON.stringify({
    factId: fact.factId,
    category: fact.category,
    element: fact.element,
    conflict,
    state: standingOf(resolution, opener),
    disputedBy: disputesOf(resolution, disputes),
    amendments,
    takenBackBy: resolution.takenBack.map(({ assertionId, source, heads }) => ({ assertionId, source, eventId: heads[0]?.eventId })),
  });
  return `${head.slice(0, -1)},"value":${value},"alternatives":[${others.join(',')}],"rule":${JSON.stringify(ruleOf(resolution))}}`;
}

/**
 * Who is believed is decided by what stands in clear, and damage to the content changes nothing of it: no other statement takes
 * the place of a value that cannot be opened. The fact then says that it has none to show.
 */
function standingOf({ winner, state }: Resolution, opener: Opener | null): Resolution['state'] | 'unreadable' {
  return opener?.isUnreadable(winner) === true ? 'unreadable' : state;
}

/** Ids of the facts that cannot be true beside this one, and whether a steward has said that both may stand. */
export function disputesOf({ fact }: Resolution, disputes: readonly Dispute[]) {
  return disputes
    .filter(({ facts }) => facts.some((one) => one.fact.factId === fact.factId))
    .map(({ facts: [one, other], settlement }) => ({
      factId: (one.fact.factId === fact.factId ? other : one).fact.factId,
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
  // What says exactly the same is attributed and not opened once more: what that source wrote stands in the history. Where the
  // value cannot be opened, it is the same in another source's words.
  const repeated = candidate !== winner && repeats(candidate.names, winner.names);
  if (opener === null || (repeated && !opener.isUnreadable(winner))) return JSON.stringify(about);
  const shown = await opener.open(candidate);
  return shown === null ? JSON.stringify(about) : withContent(about, shown);
}

/** What of the content may be shown, byte for byte; why it is sensitive, where it is; and that there is more, where there is. */
export function withContent(about: object, { sourceRecordId, resource, withheld, labels, unreadable }: StatementShown): JsonText {
  const said = { ...about, sourceRecordId, ...(withheld ? { withheld } : {}), ...damageOf(unreadable), ...(labels === null ? {} : { labels }) };
  return `${JSON.stringify(said).slice(0, -1)},"resource":${resource}}`;
}
