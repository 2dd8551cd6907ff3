import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { amendmentFindings, amendmentStanding } from '../../domain/amendment/standing.js';
import type { KeyRing } from '../../domain/rings.js';
import type { AccessRow } from '../../projections/accesses.js';
import { amendmentsProjection } from '../../projections/amendments.js';
import { amendmentJson, partiesTo } from '../../projections/reading/amendment-json.js';
import { Words } from '../../projections/reading/words.js';
import type { LedgerEvent } from '../../schemas/catalogue.js';
import type { SealedPart } from '../../schemas/event.js';
import type { AmendmentRow } from '../../schemas/read-models/amendment.js';
import { uuid } from '../domain/given.js';
import { eventOf } from '../support/events.js';
import { TestVault } from '../support/vault.js';
import { pagesOf, recorded, rowsAfter, textOf } from './folding.js';

const test = suite('list of amendments');

const about = { amendmentId: uuid('amendment'), patientId: uuid('ada') };
const requested = eventOf('amendment-requested', { data: { ...about, assertions: [uuid('a1'), uuid('a2')], dueBy: '2026-05-01T00:00:00.000Z' } });
const accepted = eventOf('amendment-accepted', { recordedAt: '2026-04-01T00:00:00.000Z', data: about });
const denied = eventOf('amendment-denied', { recordedAt: '2026-05-02T00:00:00.000Z', data: about });
const stated = eventOf('amendment-disagreed', { data: { ...about, statement: true, includeRequest: false } });
const included = eventOf('amendment-disagreed', { data: { ...about, statement: false, includeRequest: true }, sealed: [] });
const rebutted = eventOf('amendment-rebutted', { data: about });
const amended = eventOf('fact-corrected', { data: { assertionId: uuid('a2'), reason: 'amended' } });

const rowOf = async (...events: readonly LedgerEvent[]) => (await rowsAfter(amendmentsProjection, [recorded(events)]))[0]?.value as AmendmentRow;
const NOW = '2026-05-03T00:00:00.000Z';

test('a request goes through its steps', async () => {
  assert.is(amendmentStanding(await rowOf(requested)), 'requested');
  assert.is(amendmentStanding(await rowOf(requested, accepted)), 'accepted');
  assert.is(amendmentStanding(await rowOf(requested, accepted, denied)), 'partly-accepted');
  assert.is(amendmentStanding(await rowOf(requested, denied)), 'denied');
  assert.is(amendmentStanding(await rowOf(requested, denied, included)), 'denied');
  assert.is(amendmentStanding(await rowOf(requested, denied, stated)), 'disagreed');
  assert.is(amendmentStanding(await rowOf(requested, denied, stated, rebutted)), 'rebutted');
});

test('a statement is kept when request and denial are asked to travel after it', async () => {
  const row = await rowOf(requested, denied, stated, included);
  assert.is(row.statement?.eventId, stated.id);
  assert.is(row.includeRequest?.eventId, included.id);
});

test('an extension moves the time', async () => {
  const row = await rowOf(requested, eventOf('amendment-extended', { data: { ...about, dueBy: '2026-05-31T00:00:00.000Z' } }));
  assert.equal([row.dueBy, amendmentFindings(row, NOW)], ['2026-05-31T00:00:00.000Z', []]);
});

test('findings: not answered in time, answered too late, accepted and not corrected', async () => {
  assert.equal(amendmentFindings(await rowOf(requested), '2026-04-30T23:59:59.999Z'), []);
  assert.equal(amendmentFindings(await rowOf(requested), '2026-05-01T00:00:00.000Z'), ['overdue']);
  assert.equal(amendmentFindings(await rowOf(requested, denied), NOW), ['answered-late']);
  assert.equal(amendmentFindings(await rowOf(requested, accepted), NOW), ['correction-missing']);
  assert.equal(amendmentFindings(await rowOf(requested, accepted, amended), NOW), []);
});

test('only an accepted request is linked to a correction, and only to one that amends', async () => {
  assert.equal((await rowOf(requested, denied, amended)).corrections, []);
  assert.equal((await rowOf(requested, accepted, eventOf('fact-corrected', { data: { assertionId: uuid('a2'), reason: 'correction' } }))).corrections, []);
  assert.equal((await rowOf(requested, accepted, eventOf('fact-corrected', { data: { assertionId: uuid('other'), reason: 'amended' } }))).corrections, []);
});

test('whom to inform is read from the accounting: who was shown the category before, each once, and not the patient', async () => {
  const row = await rowOf(requested, accepted);
  const access = (subject: string, at: string, more: Partial<AccessRow> = {}): AccessRow => ({
    eventId: uuid(subject + at),
    at,
    action: 'read-record',
    outcome: 'allowed',
    code: null,
    rule: 'role-permissions@1',
    subject,
    roles: ['clinician'],
    organization: null,
    purpose: 'TREAT',
    categories: ['allergies'],
    opened: 1,
    ...more,
  });
  const [january, february, march, may] = ['01', '02', '03', '05'].map((month) => `2026-${month}-10T00:00:00.000Z`) as [string, string, string, string];
  const accesses = [
    access('dr-1', january),
    access('dr-1', march),
    access('dr-1', february),
    access('dr-2', may),
    access('dr-3', march, { outcome: 'refused' }),
    access('dr-4', march, { categories: ['coverage'] }),
    access(about.patientId, march),
  ];
  assert.equal(partiesTo(row, accepted.recordedAt, accesses), [{ subject: 'dr-1', organization: null, purpose: 'TREAT', lastAt: march }]);
});

test('whom the individual wants informed is shown by name; what is withheld or damaged is said to be so, and is not "nobody"', async () => {
  const ring = await new TestVault().vault.tenantRing('acme');
  const { id: eventId, stream } = accepted;
  const sealed = await ring.seal({ stream, eventId, name: 'content', scope: 'allergies' }, '["Dr. Grace Hopper"]');
  const informs = async (parts: readonly SealedPart[], held: KeyRing = ring) => {
    const row = await rowOf(requested, { ...accepted, sealed: parts } as LedgerEvent);
    const { acceptance } = (await amendmentJson(row, NOW, new Words(async () => held), null)) as { acceptance: Record<string, unknown> };
    const { inform, withheld, unreadable, code, parties } = acceptance;
    return { inform, withheld, unreadable, code, parties };
  };
  const plain = { withheld: undefined, unreadable: undefined, code: undefined, parties: null };
  assert.equal(await informs([sealed]), { ...plain, inform: ['Dr. Grace Hopper'] });
  assert.equal(await informs([]), { ...plain, inform: [] });
  assert.equal(await informs([sealed], ring.limitedTo(new Set(['coverage']))), { ...plain, inform: null, withheld: true });
  const broken = { ...sealed, box: `${sealed.box.startsWith('A') ? 'B' : 'A'}${sealed.box.slice(1)}` };
  assert.equal(await informs([broken]), { ...plain, inform: null, unreadable: true, code: 'content-unreadable' });
});

test('how pages are cut makes no difference', async () => {
  const events = recorded([requested, accepted, amended, denied, stated, included, rebutted]);
  const whole = textOf(await rowsAfter(amendmentsProjection, [events]));
  for (const sizes of [[1, 1, 1, 1, 1, 1], [2, 2], [3], [5]]) assert.is(textOf(await rowsAfter(amendmentsProjection, pagesOf(events, sizes))), whole);
});

test.run();
