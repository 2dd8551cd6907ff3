import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { House, person } from './house.js';

interface World {
  house: House;
  steward: string;
  patientId: string;
}

const test = suite<World>('the list of designations over HTTP');

const ASTHMA = { system: 'http://snomed.info/sct', code: '195967001' };

test.before(async (world) => {
  world.house = await House.open();
  const { house } = world;
  const ehr = await house.source('ehr');
  await house.source('lis');
  world.steward = await house.token('steward');
  world.patientId = (await house.done('register-patient', { resource: person(), sourceRecordId: 'p1' }, ehr)).patientId;
});
test.after(({ house }) => house.close());

async function designate({ house, steward }: World, body: object) {
  return house.done('designate-system-of-record', { sources: ['lis', 'ehr'], reason: 'agreed', effectiveFrom: '2026-01-01T00:00:00Z', ...body }, steward);
}

const list = async (world: World, query: string, token: string, position: string) =>
  (await world.house.get(`/v1/designations${query}`, token, { 'minimum-position': position })).json;

test('it shows the most specific first, in words and with where each stands', async (world) => {
  const { house, steward, patientId } = world;
  await designate(world, { scope: {} });
  const old = await designate(world, { scope: { category: 'laboratory' } });
  await designate(world, { scope: { category: 'laboratory' }, effectiveFrom: '2026-02-01T00:00:00Z', reason: 'the laboratory measures.' });
  await designate(world, { scope: { category: 'demographics', element: 'name' } });
  await designate(world, { scope: { patientId } });
  const { position } = await designate(world, { scope: { patientId, category: 'conditions', codes: [ASTHMA] } });

  const tenantWide = await list(world, '?at=2026-01-15', steward, position);
  assert.equal(
    tenantWide.designations.map(({ scope, standing }: { scope: object; standing: string }) => [...Object.values(scope).filter(Boolean), standing]),
    [['demographics', 'name', 'in-force'], ['laboratory', 'ahead'], ['laboratory', 'in-force'], ['in-force']],
  );
  assert.match(
    tenantWide.designations[1].words,
    /^For laboratory, from 2026-02-01 on \(for the past, entered [\d-]{10}\): lis before ehr \(version 2, because the laboratory measures\)\.$/,
  );

  const laboratory = await list(world, '?category=laboratory&at=2026-03-01', steward, position);
  assert.equal(
    laboratory.designations.map(({ standing }: { standing: string }) => standing),
    ['in-force', 'replaced', 'in-force'],
  );
  assert.is(laboratory.designations[1].designation, old.eventIds[0]);

  const own = await list(world, `?patientId=${patientId}`, steward, position);
  assert.is(own.designations.length, 6);
  assert.equal(own.designations[0].codes, [ASTHMA]);
  assert.is(own.designations[0].scope.codes, 1);
  assert.match(own.designations[0].words, 'For a range of codes in conditions of this patient');

  const auditor = await list(world, `?patientId=${patientId}`, await house.token('auditor'), position);
  assert.is(auditor.designations[0].codes, null);
  assert.not(JSON.stringify(auditor).includes(ASTHMA.code));
  const last = (await house.accesses()).at(-1);
  assert.equal([last.data.action, last.data.patients, last.data.opened], ['read-lineage', [patientId], 0]);
});

test('pages follow on one another and miss none', async (world) => {
  const { house, steward } = world;
  const whole = (await house.get('/v1/designations', steward)).json.designations.map(({ designation }: { designation: string }) => designation);
  const seen: string[] = [];
  for (let cursor = ''; ; ) {
    const { designations, next } = (await house.get(`/v1/designations?limit=1${cursor}`, steward)).json;
    seen.push(...designations.map(({ designation }: { designation: string }) => designation));
    if (next === null) break;
    cursor = `&cursor=${next}`;
  }
  assert.equal(seen, whole);
});

test('a withdrawal shows from then on, and not as it was known before', async (world) => {
  const { steward, house } = world;
  const scope = { category: 'coverage' };
  const made = await designate(world, { scope });
  const ended = await house.done('withdraw-designation', { scope, designation: made.eventIds[0], reason: 'the payer knows better' }, steward);
  const only = async (query: string) => {
    const { designations } = await list(world, `?category=coverage${query}`, steward, ended.position);
    const found = designations.find(({ designation }: { designation: string }) => designation === made.eventIds[0]);
    return [found.standing, found.withdrawn?.reason];
  };
  assert.equal(await only(''), ['withdrawn', 'the payer knows better']);
  assert.equal(await only('&at=2026-01-02'), ['in-force', 'the payer knows better']);
  assert.equal(await only(`&knownAt=${made.position}`), ['in-force', undefined]);
});

test('what is asked wrongly, or by whom it does not concern, is refused', async (world) => {
  const { house, steward, patientId } = world;
  const code = async (query: string, token = steward) => (await house.get(`/v1/designations${query}`, token)).json.code;
  assert.is(await code('?patientId=me'), 'invalid-parameter');
  assert.is(await code('?what=this'), 'invalid-parameter');
  assert.is(await code('?at=yesterday'), 'invalid-parameter');
  assert.is(await code('?knownAt=99999'), 'unknown-position');
  assert.is(await code(`?cursor=${Buffer.from('designations\nnone').toString('base64url')}`), 'invalid-cursor');
  assert.is(await code('?patientId=00000000-0000-4000-8000-000000000000'), 'unknown-patient');
  assert.is(await code('', await house.token('source', 'ehr')), 'not-permitted');
  assert.is(await code(`?patientId=${patientId}`, await house.token('patient', '00000000-0000-4000-8000-000000000000')), 'not-permitted');
});

test.run();
