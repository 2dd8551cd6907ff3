import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LedgerFault } from '../../domain/rejections.js';
import { disputesAmong } from '../../domain/resolution/disputes.js';
import { type Resolution, resolveFact } from '../../domain/resolution/resolve.js';
import { isTakenBack } from '../../domain/resolution/taken-back.js';
import type { Row } from '../../projections/ports.js';
import { factKey } from '../../projections/record.js';
import type { AuthorityRow } from '../../projections/resolutions/authority.js';
import { type ConflictRow, type FeedRow, feedPrefix, type KeptFeed, type ResolvedFact } from '../../projections/resolutions/rows.js';
import { PATIENT } from '../domain/record/saying.js';
import { WatchedReadModels } from '../support/projecting.js';
import { runs } from '../support/runs.js';
import { textOf } from './folding.js';
import { anySteps, OTHER, rowsOf, Tale, TENANT } from './resolving.js';

const test = suite('resolutions and the order of the log');

const under = <T>(rows: readonly Row[], prefix: string): T[] => rows.filter(({ key }) => key.startsWith(prefix)).map(({ value }) => value as T);
const factsIn = (rows: readonly Row[]) => rows.filter(({ key }) => key.startsWith(`${TENANT}/`));
const items = (rows: readonly Row[], feed: KeptFeed) => under<FeedRow>(rows, feedPrefix(feed, TENANT));

/** The rows that say who is believed, as the projection keeps them. */
function resolved(rows: readonly Row[], tale: Tale): Resolution[] {
  const authority = under<AuthorityRow>(rows, `~authority/${TENANT}`)[0];
  const designations = under<Pick<AuthorityRow, 'designations'>>(rows, `~authority/${TENANT}`).flatMap((row) => row.designations);
  const facts = tale.facts();
  const last = tale.events.at(-1)?.recordedAt ?? '';
  const at = authority !== undefined && authority.at > last ? authority.at : last;
  return facts
    .map((fact) => {
      const takenBack = facts.filter(({ patientId }) => patientId === fact.patientId).flatMap(({ assertions }) => assertions.filter(isTakenBack));
      return resolveFact(fact, { designations, organizations: new Map(), patients: fact.members, at, takenBack });
    })
    .filter((resolution) => resolution !== undefined);
}

test('each fact stands as the whole log and the designations of now settle it', async () => {
  await fc.assert(
    fc.asyncProperty(anySteps, async (steps) => {
      const tale = new Tale().tell(...steps);
      const rows = await rowsOf(tale.events, 7);
      const expected = resolved(rows, tale).map(({ fact, winner, state }) => [factKey(fact), winner.head.eventId, state]);
      const kept = factsIn(rows).flatMap(({ key, value }) => {
        const { outcome } = value as ResolvedFact;
        return outcome === null ? [] : [[key, outcome.eventId, outcome.state]];
      });
      assert.equal(
        kept,
        expected.sort(([left], [right]) => (`${left}` < `${right}` ? -1 : 1)),
      );
      assert.equal(
        factsIn(rows).map(({ key }) => key),
        tale.facts().map(factKey).sort(),
      );
    }),
    { numRuns: runs(40) },
  );
});

test('the work list holds every difference and every dispute that there is, and no other', async () => {
  await fc.assert(
    fc.asyncProperty(anySteps, async (steps) => {
      const tale = new Tale().tell(...steps);
      const rows = await rowsOf(tale.events, 5);
      const resolutions = resolved(rows, tale);
      const differences = resolutions.filter(({ state }) => state !== 'agreed').map(({ fact, state }) => `${fact.patientId} ${fact.factId} ${state}`);
      const disputes = [PATIENT, OTHER].flatMap((who) =>
        disputesAmong(resolutions.filter(({ fact }) => fact.patientId === who)).map(
          ({ facts, settlement }) => `${who} ${facts.map(({ fact }) => fact.factId).join('+')} ${settlement === undefined ? 'open' : 'settled'}`,
        ),
      );
      const kept = under<ConflictRow>(rows, '~conflict/').map(({ patientId, conflictId, state }) => `${patientId} ${conflictId} ${state}`);
      assert.equal(kept.sort(), [...differences, ...disputes].sort());
    }),
    { numRuns: runs(40) },
  );
});

test('pages may end anywhere, and a rebuild gives the same rows, byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(anySteps, fc.integer({ min: 1, max: 6 }), async (steps, size) => {
      const { events } = new Tale().tell(...steps);
      assert.is(textOf(await rowsOf(events, size)), textOf(await rowsOf(events, 1000)));
    }),
    { numRuns: runs(20) },
  );
});

test('a run that is killed at any save goes on to the same rows, byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(anySteps, fc.integer({ min: 2, max: 4 }), fc.boolean(), async (steps, everyNth, saved) => {
      const { events } = new Tale().tell(...steps);
      const models = new WatchedReadModels();
      let saves = 0;
      const killed = async () => {
        saves += 1;
        if (saves % everyNth === 0) throw new LedgerFault('read-models-unavailable');
      };
      if (saved) models.afterSave = killed;
      else models.beforeSave = killed;
      assert.is(textOf(await rowsOf(events, 3, models)), textOf(await rowsOf(events, 1000)));
    }),
    { numRuns: runs(20) },
  );
});

interface Change {
  readonly patientId: string;
  readonly factId: string;
  readonly former: { readonly patientId: string; readonly factId: string } | null;
  readonly from: { readonly eventId: string } | null;
  readonly to: { readonly eventId: string } | null;
}

test('whoever follows the record changes has what the record shows, and each change begins where the last one ended', async () => {
  await fc.assert(
    fc.asyncProperty(anySteps, async (steps) => {
      const rows = await rowsOf(new Tale().tell(...steps).events, 4);
      const known = new Map<string, string>();
      for (const { data } of items(rows, 'record-changes')) {
        const { patientId, factId, former, from, to } = data as Change;
        const [was, is] = [former ?? { patientId, factId }, { patientId, factId }].map((one) => `${one.patientId} ${one.factId}`) as [string, string];
        if (from !== null && former === null) assert.is(known.get(was), from.eventId);
        if (former !== null && known.get(was) === from?.eventId) known.delete(was);
        if (to === null) known.delete(is);
        else known.set(is, to.eventId);
      }
      const shown = factsIn(rows).flatMap(({ value }) => {
        const { patientId, factId, outcome } = value as ResolvedFact;
        return outcome === null ? [] : [[`${patientId} ${factId}`, outcome.eventId]];
      });
      assert.equal([...known].sort(), shown.sort());
    }),
    { numRuns: runs(20) },
  );
});

test('whoever follows the conflicts has the work list', async () => {
  await fc.assert(
    fc.asyncProperty(anySteps, async (steps) => {
      const rows = await rowsOf(new Tale().tell(...steps).events, 4);
      const known = new Map<string, string>();
      for (const { data } of items(rows, 'conflicts')) {
        const { conflictId, formerConflictId, state } = data as { conflictId: string; formerConflictId: string | null; state: string };
        if (formerConflictId !== null) known.delete(formerConflictId);
        if (state === 'closed') known.delete(conflictId);
        else known.set(conflictId, state);
      }
      const listed = under<ConflictRow>(rows, '~conflict/').map(({ conflictId, state }) => [conflictId, state]);
      assert.equal([...known].sort(), listed.sort());
    }),
    { numRuns: runs(20) },
  );
});

test.run();
