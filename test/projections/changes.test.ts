import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changePrefix, changesProjection } from '../../projections/changes.js';
import type { ChangeRow } from '../../schemas/read-models/change.js';
import { uuid } from '../domain/given.js';
import { eventOf } from '../support/events.js';
import { pagesOf, recorded, rowsAfter, textOf } from './folding.js';

const test = suite('list of changes');

const [FIRST, SECOND] = [uuid('first'), uuid('second')];
const emergency = eventOf('change-proposed', {
  recordedAt: '2026-03-02T00:00:00.000Z',
  data: { changeId: FIRST, expiresAt: null, reviewDueBy: '2026-03-05T00:00:00.000Z' },
});
const story = recorded([
  emergency,
  eventOf('change-applied', { data: { changeId: FIRST } }),
  eventOf('change-reviewed', { data: { changeId: FIRST, verdict: 'not-upheld' } }),
  eventOf('change-proposed', { recordedAt: '2026-03-03T00:00:00.000Z', data: { changeId: SECOND, followsUp: FIRST } }),
  eventOf('change-approved', { data: { changeId: SECOND } }),
  eventOf('change-applied', { data: { changeId: SECOND, followsUp: FIRST } }),
  eventOf('change-rejected', { data: { changeId: uuid('never proposed') } }),
]);

const rowsOf = async (events = story) => (await rowsAfter(changesProjection, [events])).map(({ value }) => value as ChangeRow);

test('changes are listed in the order of proposal, with who did what', async () => {
  const rows = await rowsOf();
  assert.equal(
    rows.map(({ changeId }) => changeId),
    [FIRST, SECOND],
  );
  assert.equal([rows[0]?.application?.outcome, rows[0]?.review?.verdict, rows[1]?.decision?.kind], ['applied', 'not-upheld', 'approved']);
  assert.is(rows[0]?.body?.eventId, emergency.id);
  assert.ok((await rowsAfter(changesProjection, [story])).every(({ key }) => key.startsWith(changePrefix('test'))));
});

test('a change is made good by another only when that has taken effect', async () => {
  assert.is((await rowsOf(story.slice(0, 5)))[0]?.followedUpBy, null);
  assert.is((await rowsOf())[0]?.followedUpBy, SECOND);
  const failed = recorded([emergency, eventOf('change-applied', { data: { changeId: SECOND, followsUp: FIRST, outcome: 'failed', code: 'already-merged' } })]);
  assert.is((await rowsOf(failed))[0]?.followedUpBy, null);
});

test('how pages are cut makes no difference', async () => {
  const whole = textOf(await rowsAfter(changesProjection, [story]));
  for (const sizes of [[1, 1, 1, 1, 1, 1], [2, 2], [3], [5]]) assert.is(textOf(await rowsAfter(changesProjection, pagesOf(story, sizes))), whole);
});

test.run();
