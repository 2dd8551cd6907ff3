import { MemoryReadModels } from '../../adapters/memory/read-models.js';
import type { Designation } from '../../domain/authority/precedence.js';
import { canonicalJson } from '../../domain/json/canonical.js';
import type { JsonValue } from '../../domain/json/json-value.js';
import { foldFacts } from '../../domain/record/fold.js';
import { disputesAmong } from '../../domain/resolution/disputes.js';
import { resolveFact } from '../../domain/resolution/resolve.js';
import { isTakenBack } from '../../domain/resolution/taken-back.js';
import { PageRows } from '../../projections/page-rows.js';
import type { Row } from '../../projections/ports.js';
import type { Projection } from '../../projections/projection.js';
import { factJson } from '../../projections/reading/record-json.js';
import { factKey } from '../../projections/record.js';
import type { LedgerEvent, Recorded } from '../../schemas/catalogue.js';
import type { PatientGroup } from '../../schemas/events/patients-merged.js';
import type { Fact } from '../../schemas/read-models/fact.js';
import { PATIENT } from '../domain/record/saying.js';

export const byNumber = (left: string, right: string): number => Number(left) - Number(right);

/** Events as a log has them: numbered in the order in which they lie. */
export function recorded(events: readonly LedgerEvent[]): Recorded[] {
  return events.map((event, revision) => ({ event, revision, position: String(revision + 1) }));
}

/** Cuts a list into pages of these sizes, and a last one of what is left. */
export function pagesOf<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  const pages: T[][] = [];
  let at = 0;
  for (const size of sizes) {
    pages.push(items.slice(at, at + size));
    at += size;
  }
  return [...pages, items.slice(at)].filter((page) => page.length > 0);
}

/** All rows of a projection after the events have come in these pages, as a runner applies them. */
export async function rowsAfter(projection: Projection, pages: readonly (readonly Recorded[])[]): Promise<Row[]> {
  const models = new MemoryReadModels();
  const generation = await models.begin(projection.name);
  const fence = (await models.lease(projection.name, generation, 'test', 60_000)) as number;
  for (const page of pages) {
    const rows = await PageRows.fetch(models, projection, generation, page, byNumber);
    for (const one of page) {
      if (!rows.applied(projection.needs(one.event), one.position)) rows.change(projection.apply(one, rows), one.position);
    }
    await models.save(projection.name, generation, fence, { ...rows.changes(), checkpoint: { position: page.at(-1)?.position ?? '', events: 0, version: 1 } });
  }
  const rows = await models.byPrefix(projection.name, '', { limit: 100_000 }, generation);
  return rows.map((row) => ({ ...row, index: [...row.index].sort() }));
}

export function textOf(rows: readonly Row[]): string {
  return canonicalJson(rows as unknown as JsonValue);
}

const OF_ARRIVAL = new Set(['position', 'revision', 'recordedAt']);

const ALONE: PatientGroup = { root: PATIENT, members: [PATIENT] };

/** The facts that these events make, in the order in which their rows lie. */
export function factsOf(events: readonly Recorded[], group: PatientGroup = ALONE): Fact[] {
  return foldFacts('test', group, events).sort(byKey);
}

export function byKey(left: Fact, right: Fact): number {
  return factKey(left) < factKey(right) ? -1 : 1;
}

/** The record that these events make, as a reader without keys is shown it, without what tells of the order of arrival. */
export function recordAfter(events: readonly LedgerEvent[], more: ReadonlySet<string> = new Set()): Promise<string> {
  return recordText(factsOf(recorded(events)), [], more);
}

/** These facts as they are shown, as one text (RFC 8785). */
export async function recordText(facts: readonly Fact[], designations: readonly Designation[] = [], more: ReadonlySet<string> = new Set()): Promise<string> {
  const takenBack = facts.flatMap(({ assertions }) => assertions).filter(isTakenBack);
  const context = { designations, organizations: new Map(), at: '2026-06-01T00:00:00.000Z', takenBack };
  const resolutions = facts.map((fact) => resolveFact(fact, { ...context, patients: fact.members })).filter((resolution) => resolution !== undefined);
  const disputes = disputesAmong(resolutions);
  const texts = await Promise.all(resolutions.map((resolution) => factJson(resolution, disputes, null)));
  const shown = texts.map((text) => JSON.parse(text, (name, value: unknown) => (OF_ARRIVAL.has(name) || more.has(name) ? undefined : value)) as JsonValue);
  return canonicalJson(shown);
}
