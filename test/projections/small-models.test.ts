import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type AccessRow, accessesProjection, accessPrefix } from '../../projections/accesses.js';
import { directoryProjection, type SourceRow, sourceKey } from '../../projections/directory.js';
import type { LedgerEvent } from '../../schemas/catalogue.js';
import { uuid } from '../domain/given.js';
import { eventOf } from '../support/events.js';
import { pagesOf, recorded, rowsAfter, textOf } from './folding.js';

const directory = suite('directory');

const registered = (sourceId: string) => eventOf('source-registered', { data: { sourceId } });
const suspended = (sourceId: string) => eventOf('source-suspended', { data: { sourceId } });
const reinstated = (sourceId: string) => eventOf('source-reinstated', { data: { sourceId } });
const rowsOf = (...events: readonly LedgerEvent[]) => rowsAfter(directoryProjection, [recorded(events)]);

directory('a source has one row that says whether it is suspended', async () => {
  const standing = async (...events: readonly LedgerEvent[]) => (await rowsOf(...events)).map(({ key, value }) => [key, (value as SourceRow).suspended]);
  const key = sourceKey('test', 'lis');
  assert.equal(await standing(registered('lis')), [[key, false]]);
  assert.equal(await standing(registered('lis'), suspended('lis')), [[key, true]]);
  assert.equal(await standing(registered('lis'), suspended('lis'), reinstated('lis')), [[key, false]]);
  assert.equal(await standing(suspended('never registered')), []);
});

directory('how pages are cut makes no difference', async () => {
  const designated = eventOf('system-of-record-designated');
  const withdrawn = eventOf('designation-withdrawn', { data: { designation: designated.id } });
  const events = recorded([registered('a'), suspended('a'), registered('b'), reinstated('a'), suspended('b'), designated, withdrawn]);
  const whole = textOf(await rowsAfter(directoryProjection, [events]));
  for (const sizes of [[1, 1, 1, 1, 1], [2, 2], [3], [5]]) assert.is(textOf(await rowsAfter(directoryProjection, pagesOf(events, sizes))), whole);
});

directory.run();

const accesses = suite('accesses');
const [ANN, BOB] = [uuid('ann'), uuid('bob')];

accesses('an access to two patients shows with both of them, in the order of time', async () => {
  const later = eventOf('access-recorded', { recordedAt: '2026-03-01T09:00:00.000Z', data: { patients: [ANN, BOB] } });
  const earlier = eventOf('access-recorded', { recordedAt: '2026-03-01T08:00:00.000Z', data: { patients: [ANN], outcome: 'refused', code: 'not-permitted' } });
  const rows = await rowsAfter(accessesProjection, [recorded([later, earlier])]);
  const of = (patient: string) => rows.filter(({ key }) => key.startsWith(accessPrefix('test', patient))).map(({ value }) => (value as AccessRow).eventId);
  assert.equal(of(ANN), [earlier.id, later.id]);
  assert.equal(of(BOB), [later.id]);
  const [first] = rows.map(({ value }) => value as AccessRow);
  assert.equal([first?.code, first?.subject], ['not-permitted', 'lis-1']);
});

accesses('an access to nobody leaves no row, and one that is delivered again leaves no second', async () => {
  const nobody = eventOf('access-recorded', { data: { patients: [] } });
  const somebody = eventOf('access-recorded', { data: { patients: [ANN] } });
  const page = recorded([nobody, somebody]);
  assert.is((await rowsAfter(accessesProjection, [page, page])).length, 1);
});

accesses.run();
