import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { resolveFact } from '../../../domain/resolution/resolve.js';
import { recordProjection } from '../../../projections/record.js';
import { factsOf, pagesOf, recorded, recordText, rowsAfter } from '../../projections/folding.js';
import { runs } from '../../support/runs.js';
import { patient, records } from '../record/saying.js';
import { anyDesignations, by } from './facts.js';
import { anyHistory, anyOrders } from './histories.js';

const test = suite('the record and the order of what happened');

test('any order that a log can have gives the same record, byte for byte, settlements and all', async () => {
  await fc.assert(
    fc.asyncProperty(anyOrders, anyDesignations, async ({ one, other }, designations) => {
      assert.is(await recordText(factsOf(recorded(one)), designations), await recordText(factsOf(recorded(other)), designations));
    }),
    { numRuns: runs(400) },
  );
});

test('event by event, in pages that end anywhere and come again, the rows hold what folding all at once makes', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(anyOrders, sizes, fc.nat(), async ({ one }, cuts, nth) => {
      const pages = pagesOf(recorded(one), cuts);
      const again = pages.slice(nth % Math.max(1, pages.length));
      const rows = await rowsAfter(recordProjection, [...pages, ...again]);
      assert.equal(
        rows.map(({ value }) => value),
        factsOf(recorded(one)),
      );
    }),
    { numRuns: runs(300) },
  );
});

test('something else that is said changes no other fact', async () => {
  const stranger = patient(records({ source: 'zzz', record: 'stranger', about: ['of its own'] })).events.slice(1);
  await fc.assert(
    fc.asyncProperty(anyHistory, fc.nat(), async (history, nth) => {
      const at = nth % (history.length + 1);
      const facts = factsOf(recorded([...history.slice(0, at), ...stranger, ...history.slice(at)]));
      const others = facts.filter(({ assertions }) => assertions.every(({ source }) => source !== 'zzz'));
      assert.is(facts.length, others.length + 1);
      assert.is(await recordText(others), await recordText(factsOf(recorded(history))));
    }),
    { numRuns: runs(200) },
  );
});

test('nothing that is live is hidden: every live statement is a value or an alternative of exactly one fact', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const facts = factsOf(recorded(history));
      for (const fact of facts) {
        const live = fact.assertions.flatMap(({ heads }) => heads.filter(({ standing }) => standing !== 'entered-in-error').map(({ eventId }) => eventId));
        const resolution = resolveFact(fact, by());
        const shown = resolution === undefined ? [] : [resolution.winner, ...resolution.alternatives].map(({ head }) => head.eventId);
        assert.equal(shown.sort(), live.sort());
      }
    }),
    { numRuns: runs(200) },
  );
});

test.run();
