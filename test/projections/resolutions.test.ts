import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MemoryReadModels } from '../../adapters/memory/read-models.js';
import { sortablePosition } from '../../projections/positions.js';
import { listConflicts } from '../../projections/reading/conflict-list.js';
import { placeOf, placeText, readKeptFeed } from '../../projections/reading/kept-feeds.js';
import type { KeptFeed } from '../../projections/resolutions/rows.js';
import { resolutionsProjection } from '../../projections/resolutions.js';
import { runProjection } from '../../projections/run.js';
import { corrects, PATIENT, records, retracts } from '../domain/record/saying.js';
import { depsOf, PagedEventStore, WatchedReadModels } from '../support/projecting.js';
import { instant, OTHER, type Step, Tale, TENANT } from './resolving.js';

const test = suite('resolutions');

const PAGE_EVENTS = 4;
const says = (source: string, words: string, more: object = {}, who = PATIENT): Step => ({
  kind: 'says',
  who,
  command: records({ source, words, about: ['a'], ...more }),
});
const designates = (sources: readonly string[], more: Partial<Extract<Step, { kind: 'designates' }>> = {}): Step => ({
  kind: 'designates',
  sources,
  who: null,
  category: null,
  from: 0,
  to: null,
  ...more,
});
const reads = (subject: string, who = PATIENT): Step => ({ kind: 'reads', subject, who });

/** The model after these steps, and what stands in it. */
async function after(...steps: readonly Step[]) {
  return modelOf(new Tale().tell(...steps));
}

async function modelOf(tale: Tale, models: MemoryReadModels = new MemoryReadModels()) {
  const store = new PagedEventStore(PAGE_EVENTS);
  for (const [nth, event] of tale.events.entries()) await store.append(`${TENANT}.${nth}`, 'none', [event]);
  const generation = await models.begin('resolutions');
  const signal = new AbortController().signal;
  await runProjection(depsOf(store, models), resolutionsProjection, generation, { signal, untilCaughtUp: true });
  await models.activate('resolutions', generation);
  const items = async (feed: KeptFeed) => {
    const page = await readKeptFeed(models, { feed, tenant: TENANT, after: null, limit: 1000 });
    return page.items.map(({ position, json }) => ({ place: position, ...JSON.parse(json) }));
  };
  const list = async (more: Partial<Parameters<typeof listConflicts>[1]> = {}) =>
    (await listConflicts(models, { tenant: TENANT, state: 'open', severity: null, category: null, after: null, limit: 100, now: instant(1000), ...more }))
      .conflicts;
  return { models, items, list, turns: async () => (await items('conflicts')).map(({ data }) => data.turn) };
}

test('a designation changes what is shown of a fact, and what was open is ruled', async () => {
  const { items, turns, list } = await after(says('ehr', 'p', { category: 'laboratory' }), says('lis', 'q', { category: 'laboratory' }), designates(['lis']));
  const change = (await items('record-changes')).at(-1);
  assert.equal([change.data.why, change.data.from.source, change.data.to.source, change.data.because], ['designated', 'ehr', 'lis', change.id.split('/')[0]]);
  assert.equal(await turns(), ['opened', 'ruled']);
  assert.equal(await list(), []);
  const [ruled] = await list({ state: 'ruled' });
  assert.equal([ruled?.since.recordedAt, ruled?.stateSince.recordedAt, ruled?.deadline], [instant(2), instant(3), null]);
});

test('one whose time comes later counts from the first event that was recorded at or after it', async () => {
  const contested = [says('ehr', 'p', { category: 'laboratory' }), says('lis', 'q', { category: 'laboratory' }), designates(['lis'], { from: 2, to: 2 })];
  assert.equal((await (await after(...contested, reads('a'))).turns()).length, 1);
  const begun = await after(...contested, reads('a'), reads('b'));
  const change = (await begun.items('record-changes')).at(-1);
  assert.equal([change.data.to.source, change.time], ['lis', instant(5)]);
  const over = await after(...contested, reads('a'), reads('b'), reads('c'), reads('d'));
  assert.equal(
    (await over.items('record-changes')).slice(-2).map(({ data }) => data.to.source),
    ['lis', 'ehr'],
  );
  assert.equal(await over.turns(), ['opened', 'ruled', 'opened']);
});

test('a designation for one patient changes nothing of another', async () => {
  const both = [PATIENT, OTHER].flatMap((who) => [says('ehr', 'p', {}, who), says('lis', 'q', {}, who)]);
  const { items } = await after(...both, designates(['lis'], { who: OTHER }));
  const changes = (await items('record-changes')).filter(({ data }) => data.why === 'designated');
  assert.equal(
    changes.map(({ subject }) => subject),
    [OTHER],
  );
});

test('a settlement ends when a statement that it judged changes: the conflict lives on, with a new deadline', async () => {
  const settled: Step[] = [says('ehr', 'p'), says('lis', 'q'), { kind: 'settles', nth: 0, decision: 'keep-both' }];
  const { turns, list } = await after(...settled, says('lis', 'r', { version: '2' }));
  assert.equal(await turns(), ['opened', 'settled', 'reopened']);
  const [conflict] = await list();
  assert.equal([conflict?.severity, conflict?.since.recordedAt, conflict?.stateSince.recordedAt], ['safety', instant(2), instant(4)]);
  assert.is(conflict?.deadline, new Date(Date.parse(instant(4)) + 24 * 3_600_000).toISOString());
  assert.ok(conflict?.overdue);
});

test('a conflict is closed when the sources agree, or one of them takes its statement back', async () => {
  const agreed = await after(says('ehr', 'p'), says('lis', 'q'), {
    kind: 'says',
    who: PATIENT,
    command: corrects({ source: 'lis', words: 'p', about: ['a'], version: '2' }),
  });
  assert.equal(await agreed.turns(), ['opened', 'closed']);
  const { turns, items } = await after(says('ehr', 'p'), says('lis', 'q'), { kind: 'says', who: PATIENT, command: retracts({ source: 'ehr' }) });
  assert.equal(await turns(), ['opened', 'closed']);
  assert.equal((await items('record-changes')).at(-1)?.data.why, 'retracted');
});

test('a statement that another source took back as an error is on the list, and off it when that is undone', async () => {
  const steps = [says('ehr', 'p'), says('lis', 'p', { standing: 'entered-in-error' })];
  const { list, turns } = await after(...steps);
  assert.equal(
    (await list()).map(({ sources, takenBackBy, statements }) => [sources, takenBackBy, statements.length]),
    [[['ehr'], ['lis'], 1]],
  );
  assert.equal(await turns(), ['opened']);
  const undone = await after(...steps, says('lis', 'p', { version: '2' }));
  assert.equal([await undone.list(), await undone.turns()], [[], ['opened', 'closed']]);
});

test('who was shown a conflict is noted once, and of another category or patient not at all', async () => {
  const contested = [
    says('ehr', 'p'),
    says('lis', 'q'),
    says('ehr', 'p', { category: 'laboratory', record: '2' }),
    says('lis', 'q', { category: 'laboratory', record: '2' }),
  ];
  const { list } = await after(...contested, reads('one'), reads('one'), reads('other', OTHER), reads('two'));
  const noted = new Map((await list()).map(({ category, notified }) => [category, notified]));
  assert.equal(noted.get('allergies'), [
    { subject: 'one', at: instant(5) },
    { subject: 'two', at: instant(8) },
  ]);
  assert.equal(noted.get('laboratory'), []);
});

test('no more than twenty readers are noted', async () => {
  const { list } = await after(says('ehr', 'p'), says('lis', 'q'), ...Array.from({ length: 25 }, (_, nth) => reads(`reader-${nth}`)));
  assert.is((await list())[0]?.notified.length, 20);
});

test('the list begins with safety, then with what has waited longest, and goes on where a page ended', async () => {
  const of = (category: string, who = PATIENT) => [
    says('ehr', 'p', { category, record: category }, who),
    says('lis', 'q', { category, record: category }, who),
  ];
  const { models, list } = await after(...of('coverage'), ...of('laboratory'), ...of('allergies'), ...of('allergies', OTHER));
  const order = (await list()).map(({ category, patientId }) => `${category} ${patientId === PATIENT ? 1 : 2}`);
  assert.equal(order, ['allergies 1', 'allergies 2', 'laboratory 1', 'coverage 1']);
  assert.equal((await list({ severity: 'administrative' })).length, 1);
  assert.equal((await list({ category: 'laboratory' })).length, 1);
  assert.equal(await list({ tenant: 'other' }), []);
  const paged: string[] = [];
  for (let after: string | null = null, ended = false; !ended; ) {
    const page = await listConflicts(models, { tenant: TENANT, state: 'open', severity: null, category: null, after, limit: 1, now: instant(0) });
    paged.push(...page.conflicts.map(({ category }) => category));
    after = page.next;
    ended = after === null;
  }
  assert.equal(paged, ['allergies', 'allergies', 'laboratory', 'coverage']);
});

test('a row holds nothing that could be opened', async () => {
  const { models } = await after(says('ehr', 'p'), says('lis', 'q'));
  const rows = await models.byPrefix('resolutions', '', { limit: 1000 });
  assert.not.match(JSON.stringify(rows), /"sealed"|"box"|"nonce"/);
});

test('merged, the survivor has the entry of the other; parted, each has their own again', async () => {
  const steps: Step[] = [says('ehr', 'p', {}, OTHER), says('lis', 'q', {}, OTHER), says('ehr', 'p')];
  const owners = async (...more: Step[]) => {
    const { list, turns } = await after(...steps, ...more);
    return { owners: (await list()).map(({ patientId, since }) => [patientId, since.recordedAt]), turns: await turns() };
  };
  const [merged, parted] = [await owners({ kind: 'merges' }), await owners({ kind: 'merges' }, { kind: 'unmerges' })];
  assert.equal(merged, { owners: [[PATIENT, instant(2)]], turns: ['opened', 'changed'] });
  assert.equal(parted, { owners: [[OTHER, instant(2)]], turns: ['opened', 'changed', 'changed'] });
});

test('a sweep that is broken off by the end of a run goes on before any further event', async () => {
  const tale = new Tale().tell(
    says('ehr', 'p'),
    says('lis', 'q'),
    says('ehr', 'p', {}, OTHER),
    says('lis', 'q', {}, OTHER),
    designates(['lis']),
    says('ris', 'x'),
  );
  const [store, models, stop] = [new PagedEventStore(100), new WatchedReadModels(), new AbortController()];
  for (const [nth, event] of tale.events.entries()) await store.append(`${TENANT}.${nth}`, 'none', [event]);
  const generation = await models.begin('resolutions');
  models.afterSave = async ({ put }) => {
    if (put.some(({ key }) => key === '~sweep')) stop.abort();
  };
  const deps = { ...depsOf(store, models), strideRows: 1 };
  await runProjection(deps, resolutionsProjection, generation, { signal: stop.signal, untilCaughtUp: true });
  const [designated] = tale.events
    .map(({ type }, nth) => (type === 'system-of-record-designated' ? String(nth + 1) : ''))
    .filter((position) => position !== '');
  assert.is((await models.checkpoint('resolutions', generation))?.position, designated);
  assert.not.ok(
    deps.reports.some(({ through }) => through === String(tale.events.length)),
    'what is not done is not reported',
  );
  models.afterSave = async () => undefined;
  await runProjection(deps, resolutionsProjection, generation, { signal: new AbortController().signal, untilCaughtUp: true });
  const whole = await modelOf(tale);
  const rows = (all: MemoryReadModels, number?: number) => all.byPrefix('resolutions', '', { limit: 1000 }, number);
  assert.equal(await rows(models, generation), await rows(whole.models));
});

test('positions of every store sort as text, and places in a feed can be read back', () => {
  const sorted = (positions: readonly string[]) =>
    assert.equal(
      [...positions].reverse().sort((a, b) => (sortablePosition(a) < sortablePosition(b) ? -1 : 1)),
      positions,
    );
  sorted(['1', '9', '10', '99', '100', '18446744073709551615']);
  sorted(['9-9', '9-10', '10-2', '10-10', '18446744073709551615-1']);
  for (const place of [
    { position: '12', nth: 1_000_000_000 },
    { position: '12-7', nth: 0 },
  ])
    assert.equal(placeOf(placeText(place)), place);
  for (const text of ['', '12', '12/', '/1', '12/x', '12/1/1', '12/12345678901']) assert.is(placeOf(text), null, text);
});

test.run();
