import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MemoryReadModels } from '../../adapters/memory/read-models.js';
import { type DesignationRow, designationPrefix, directoryProjection, patientDesignationPrefix } from '../../projections/directory.js';
import { PageRows } from '../../projections/page-rows.js';
import type { Row } from '../../projections/ports.js';
import type { KnownAt } from '../../projections/reading/as-of.js';
import { designationsOf, organizationsOf } from '../../projections/reading/designations.js';
import type { LedgerEvent } from '../../schemas/catalogue.js';
import { PATIENT, scope } from '../domain/authority/designations.js';
import { token, uuid } from '../domain/given.js';
import { eventOf, sealedPart } from '../support/events.js';
import { byNumber, recorded, rowsAfter } from './folding.js';

const test = suite('designations as the directory keeps them');

const MARCH = '2026-03-01T00:00:00.000Z';
const designated = (more: Parameters<typeof eventOf<'system-of-record-designated'>>[1] = {}) => eventOf('system-of-record-designated', more);
const withdrawnOf = (event: ReturnType<typeof designated>, more: object = {}) =>
  eventOf('designation-withdrawn', { ...more, data: { scope: event.data.scope, designation: event.id, effectiveFrom: MARCH } });

/** A tenant's directory after these events, as the record's reader is given it. */
async function directoryAfter(...events: readonly LedgerEvent[]) {
  const models = new MemoryReadModels();
  const { name, version } = directoryProjection;
  const generation = await models.begin(name);
  const fence = (await models.lease(name, generation, 'test', 60_000)) as number;
  const page = recorded(events);
  const rows = await PageRows.fetch(models, directoryProjection, generation, page, byNumber);
  for (const one of page) rows.change(directoryProjection.apply(one, rows), one.position);
  await models.save(name, generation, fence, { ...rows.changes(), checkpoint: { position: String(page.length), events: page.length, version } });
  await models.activate(name, generation);
  const deps = { models, store: { compare: byNumber } };
  const read = (patients: readonly string[], knownAt: KnownAt | null = null) => designationsOf(deps, { tenant: 'test', patients, knownAt });
  return { models, read, organizations: () => organizationsOf(deps, 'test') };
}

test('every designation is kept, so that the record can be asked as it was', async () => {
  const first = designated({ data: { revision: 1 } });
  const second = designated({ data: { revision: 2, sources: ['lis-1'], effectiveTo: MARCH, approval: uuid('change') } });
  const rows = await rowsAfter(directoryProjection, [recorded([first, second])]);
  assert.equal(rows.map(({ key }) => key).sort(), [`${designationPrefix('test')}${first.id}`, `${designationPrefix('test')}${second.id}`].sort());
  assert.equal(rows.find(({ key }) => key.endsWith(second.id))?.value, {
    eventId: second.id,
    scope: second.data.scope,
    sources: ['lis-1'],
    effectiveFrom: second.data.effectiveFrom,
    effectiveTo: MARCH,
    revision: 2,
    recordedAt: second.recordedAt,
    position: '2',
    reason: second.data.reason,
    approval: uuid('change'),
    withdrawn: null,
    stream: null,
    sealed: null,
  });
});

test('a withdrawal stands in the row of what it ends; one of nothing that was designated leaves no row', async () => {
  const one = designated();
  const end = withdrawnOf(one);
  const [row] = await rowsAfter(directoryProjection, [recorded([one, end])]);
  const { eventId, recordedAt, data } = { eventId: end.id, ...end };
  assert.equal((row as Row<DesignationRow>).value.withdrawn, {
    eventId,
    effectiveFrom: MARCH,
    recordedAt,
    position: '2',
    reason: data.reason,
    approval: null,
  });
  assert.equal(await rowsAfter(directoryProjection, [recorded([end])]), []);
});

test('designations for a patient are read with that patient only, and keep their sealed codes', async () => {
  const sealed = sealedPart();
  const own = designated({ data: { scope: scope({ patientId: PATIENT, codes: [token('asthma')] }) }, sealed: [sealed], stream: 'test.designation-patient.x' });
  const other = designated({ data: { scope: scope({ patientId: uuid('another') }) } });
  const everybody = designated();
  const { read, models } = await directoryAfter(own, other, everybody);
  const ids = async (...patients: readonly string[]) => (await read(patients)).map(({ eventId }) => eventId).sort();
  assert.equal(await ids(), [everybody.id]);
  assert.equal(await ids(PATIENT), [everybody.id, own.id].sort());
  assert.equal(await ids(PATIENT, uuid('another')), [everybody.id, own.id, other.id].sort());
  const [row] = await models.byPrefix('directory', patientDesignationPrefix('test', PATIENT), { limit: 2 });
  const { sealed: part, stream } = (row as Row<DesignationRow>).value;
  assert.equal([part, stream], [sealed, 'test.designation-patient.x']);
});

test('as it was known, a designation or a withdrawal that came later is not there', async () => {
  const one = designated({ recordedAt: '2026-01-05T00:00:00.000Z' });
  const { read } = await directoryAfter(one, withdrawnOf(one, { recordedAt: '2026-02-05T00:00:00.000Z' }));
  const known = async (knownAt: KnownAt) => (await read([], knownAt)).map(({ withdrawn }) => withdrawn !== null);
  assert.equal(await known({ time: '2026-01-04T23:59:59.999Z' }), []);
  assert.equal(await known({ time: '2026-01-05T00:00:00.000Z' }), [false]);
  assert.equal(await known({ time: '2026-02-05T00:00:00.000Z' }), [true]);
  assert.equal(await known({ position: '1' }), [false]);
  assert.equal(await known({ position: '2' }), [true]);
});

test('more than a page of designations are all read', async () => {
  const many = Array.from({ length: 1001 }, () => designated());
  const { read } = await directoryAfter(...many);
  assert.is((await read([])).length, many.length);
});

test('rows of the first version are read until they are built anew: what they could not say is open', async () => {
  const { models, read } = await directoryAfter(designated());
  const fence = (await models.lease('directory', 1, 'test', 60_000)) as number;
  const generation = (await models.generations('directory')).active as number;
  const value = { eventId: uuid('old'), scope: { category: 'allergies', element: null }, sources: ['ehr'], effectiveFrom: MARCH, revision: 1 };
  const put = [{ key: `${designationPrefix('test')}${uuid('old')}`, position: '7', value, index: [] }];
  await models.save('directory', generation, fence, { put, remove: [], checkpoint: { position: '7', events: 2, version: 1 } });
  const row = (await read([])).find(({ eventId }) => eventId === uuid('old'));
  assert.equal(row?.scope, scope({ category: 'allergies' }));
  assert.equal([row?.position, row?.effectiveTo, row?.withdrawn], ['7', null, null]);
});

test('the organization of each source that has one is known', async () => {
  const { organizations } = await directoryAfter(
    eventOf('source-registered', { data: { sourceId: 'lis', organization: 'mercy' } }),
    eventOf('source-registered', { data: { sourceId: 'ehr', organization: null } }),
  );
  assert.equal([...(await organizations())], [['lis', 'mercy']]);
});

test.run();
