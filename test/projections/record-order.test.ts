import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MemoryEventStore } from '../../adapters/memory/event-store.js';
import { type PatientCommand, patientDecider } from '../../domain/record/decide.js';
import { factsKnownAt, type KnownAt } from '../../projections/reading/as-of.js';
import { recordProjection } from '../../projections/record.js';
import type { LedgerEvent } from '../../schemas/catalogue.js';
import { Story, uuid } from '../domain/given.js';
import { corrects, PATIENT, patient, records, register, retracts, type Saying, updates } from '../domain/record/saying.js';
import { runs } from '../support/runs.js';
import { byKey, factsOf, pagesOf, recordAfter, recorded, rowsAfter, textOf } from './folding.js';

const test = suite('the record and the order of arrival');

const SOURCES = ['ehr', 'lis', 'ris'];
const STREAM = `test.patient-${PATIENT}`;

function anyCommand(sources: readonly string[]): fc.Arbitrary<PatientCommand> {
  const said = fc.record({
    source: fc.constantFrom(...sources),
    record: fc.constantFrom('1', '2'),
    version: fc.constantFrom('1', '2', '3', 'x', null),
    words: fc.constantFrom('p', 'q'),
    about: fc.subarray(['a', 'b', 'c']),
    from: fc.constantFrom(null, '2020-01-01T00:00:00.000Z', '2021-01-01T00:00:00.000Z'),
  });
  const elements = fc.dictionary(fc.constantFrom('name', 'birthDate', 'gender'), fc.constantFrom('A', 'B'), { minKeys: 1, noNullPrototype: true });
  return fc.oneof(
    { weight: 4, arbitrary: said.map(records) },
    { weight: 1, arbitrary: said.map((one) => corrects(one)) },
    { weight: 1, arbitrary: said.map((one) => retracts(one)) },
    { weight: 1, arbitrary: fc.tuple(said, elements).map(([one, spoken]) => updates({ source: one.source, version: one.version, elements: spoken })) },
  );
}

const anyStory = fc.array(anyCommand(SOURCES), { maxLength: 20 }).map((commands) => patient(...commands).events);

test('pages may end anywhere: any cutting gives the rows of one page, byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(anyStory, fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 12 }), async (events, sizes) => {
      const all = recorded(events);
      assert.is(textOf(await rowsAfter(recordProjection, pagesOf(all, sizes))), textOf(await rowsAfter(recordProjection, [all])));
    }),
    { numRuns: runs(150) },
  );
});

test('pages that come again change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(anyStory, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 12 }), fc.nat(), async (events, sizes, nth) => {
      const pages = pagesOf(recorded(events), sizes);
      const again = pages.slice(nth % pages.length);
      assert.is(textOf(await rowsAfter(recordProjection, [...pages, ...again])), textOf(await rowsAfter(recordProjection, pages)));
    }),
    { numRuns: runs(150) },
  );
});

/** What each source sends, in its own order, and an order in which the sources take turns. */
const interleavings = fc
  .tuple(...SOURCES.map((source) => fc.array(anyCommand([source]), { maxLength: 6 })))
  .map((perSource) => perSource.map((commands, n) => sourceEvents(SOURCES[n] ?? '', commands)))
  .chain((perSource) => fc.tuple(fc.constant(perSource), turns(perSource), turns(perSource)));

/** The events that a source's commands make: nothing that another source sends has a say in them. */
function sourceEvents(source: string, commands: readonly PatientCommand[]): LedgerEvent[] {
  const idOf = (nth: number) => uuid(`${source}#${nth}`);
  return new Story(patientDecider, STREAM, idOf).tell(register({ source: 'registry' }), ...commands).events.slice(1);
}

function turns(perSource: readonly (readonly unknown[])[]): fc.Arbitrary<number[]> {
  const all = perSource.flatMap((events, source) => events.map(() => source));
  return fc.shuffledSubarray(all, { minLength: all.length });
}

function interleaved(perSource: readonly (readonly LedgerEvent[])[], order: readonly number[]): LedgerEvent[] {
  const taken = perSource.map(() => 0);
  return order.map((source) => {
    const nth = taken[source] ?? 0;
    taken[source] = nth + 1;
    return perSource[source]?.[nth] as LedgerEvent;
  });
}

test('sources may take turns in any way: as long as each keeps its own order, the record is the same, byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(interleavings, async ([perSource, one, other]) => {
      assert.is(await recordAfter(interleaved(perSource, one)), await recordAfter(interleaved(perSource, other)));
    }),
    { numRuns: runs(200) },
  );
});

/** Each version of a record has one content, as a source's versions have. */
function versionsOf(versions: readonly (string | null)[], more: (version: string | null) => Saying = () => ({})): fc.Arbitrary<PatientCommand[]> {
  const one = fc.record({ source: fc.constantFrom(...SOURCES), record: fc.constantFrom('1', '2'), version: fc.constantFrom(...versions) });
  const about = ({ source, record, version }: { source: string; record: string; version: string | null }) =>
    ['a', 'b', 'c'].filter((_, n) => (source.length + record.charCodeAt(0) + (version ?? '').length + (version?.charCodeAt(0) ?? 0)) % (n + 2) === 0);
  return fc.array(
    one.map((said) => records({ ...said, words: `${said.version}`, about: about(said), ...more(said.version) })),
    { maxLength: 12 },
  );
}

const OF_EVENTS = new Set(['eventId']);

test('any order and any number of repetitions of the same assertions give the same record, byte for byte', async () => {
  const sent = versionsOf(['1', '2', '10', 'x', 'y', null, '2026-01-01T00:00:00Z']).chain((commands) =>
    fc.tuple(fc.constant(commands), fc.shuffledSubarray([...commands, ...commands, ...commands], { minLength: commands.length * 2 })),
  );
  await fc.assert(
    fc.asyncProperty(sent, async ([commands, otherwise]) => {
      // At least one of each: what a subarray of three copies may leave out is put at its end.
      const again = [...otherwise, ...commands];
      assert.is(await recordAfter(patient(...again).events, OF_EVENTS), await recordAfter(patient(...commands).events, OF_EVENTS));
    }),
    { numRuns: runs(200) },
  );
});

test('a record that changed its category stands in the newest one, in whatever order its versions came', async () => {
  const moving = (version: string | null): Saying => ({ category: version === '2' ? 'conditions' : 'allergies' });
  const sent = versionsOf(['1', '2', '3'], moving).chain((commands) =>
    fc.tuple(fc.constant(commands), fc.shuffledSubarray(commands, { minLength: commands.length })),
  );
  await fc.assert(
    fc.asyncProperty(sent, async ([commands, otherwise]) => {
      assert.is(await recordAfter(patient(...otherwise).events, OF_EVENTS), await recordAfter(patient(...commands).events, OF_EVENTS));
    }),
  );
});

test('what was known at a position, or at a time, is what the events up to then make', async () => {
  await fc.assert(
    fc.asyncProperty(anyStory, fc.nat(), async (events, nth) => {
      const store = new MemoryEventStore();
      const timed = events.map((event, n) => ({ ...event, recordedAt: `2026-01-01T00:00:${String(n).padStart(2, '0')}.000Z` }) as LedgerEvent);
      await store.append(STREAM, 'none', timed);
      const known = async (knownAt: KnownAt) => (await factsKnownAt(store, 'test', { root: PATIENT, members: [PATIENT] }, knownAt)).sort(byKey);
      const upTo = nth % (events.length + 1);
      const expected = factsOf(recorded(timed.slice(0, upTo)));
      assert.equal(await known({ position: String(upTo) }), expected);
      const time = timed[upTo - 1]?.recordedAt ?? '2025-12-31T00:00:00.000Z';
      assert.equal(await known({ time }), expected);
    }),
    { numRuns: runs(60) },
  );
});

test('what is read from rows and what is folded from the stream are the same facts', async () => {
  await fc.assert(
    fc.asyncProperty(anyStory, async (events) => {
      const rows = await rowsAfter(recordProjection, pagesOf(recorded(events), [1, 2, 3, 1, 2, 3]));
      assert.equal(
        rows.map(({ value }) => value),
        factsOf(recorded(events)),
      );
    }),
    { numRuns: runs(60) },
  );
});

test.run();
