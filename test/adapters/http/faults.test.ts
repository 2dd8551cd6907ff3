import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createApp } from '../../../adapters/http/app.js';
import { FAULT_STATUS, problemOf, problemOfFault, REJECTION_STATUS } from '../../../adapters/http/problem.js';
import type { Services } from '../../../adapters/http/services.js';
import { createLog } from '../../../adapters/log.js';
import { FAULTS, type FaultCode, LedgerFault, REJECTIONS, type RejectionCode, reject } from '../../../domain/rejections.js';
import { House, linesOf, person } from './house.js';

const tables = suite('the table of codes');

const REJECTION_CODES = Object.keys(REJECTIONS) as RejectionCode[];
const FAULT_CODES = Object.keys(FAULTS) as FaultCode[];

tables('every code has one status, and every status belongs to a code', () => {
  assert.equal(Object.keys(REJECTION_STATUS).sort(), [...REJECTION_CODES].sort());
  assert.equal(Object.keys(FAULT_STATUS).sort(), [...FAULT_CODES].sort());
  assert.equal(
    REJECTION_CODES.filter((code) => code in FAULTS),
    [],
  );
  for (const code of REJECTION_CODES) assert.ok(REJECTION_STATUS[code] >= 400 && (REJECTION_STATUS[code] < 500 || code === 'read-model-behind'), code);
  for (const code of FAULT_CODES) assert.ok(FAULT_STATUS[code] >= 500, code);
});

tables('the documentation has a row for each code, with its status and words, and no other', () => {
  const rows = [...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `([a-z-]+)` \| (\d{3}) \| (.+?) \| (.+?) \|$/gm)].map(([, ...cells]) => cells);
  const expected = [
    ...REJECTION_CODES.map((code) => [code, String(REJECTION_STATUS[code]), ...REJECTIONS[code]]),
    ...FAULT_CODES.map((code) => [code, String(FAULT_STATUS[code]), ...FAULTS[code]]),
  ];
  assert.equal(rows, expected);
});

tables('every code is given somewhere in the program', () => {
  const tables = ['domain/rejections.ts', 'adapters/http/problem.ts'];
  const files = ['commands', 'domain', 'adapters', 'projections'].flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: 'utf8' }).map((name) => `${room}/${name}`),
  );
  const text = files
    .filter((path) => path.endsWith('.ts') && !tables.includes(path))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
  assert.equal(
    [...REJECTION_CODES, ...FAULT_CODES].filter((code) => !text.includes(`'${code}'`)),
    [],
  );
});

tables('a refusal is a problem with its code, its status, its words and the places', () => {
  for (const code of REJECTION_CODES) {
    const { type, status, detail, remedy, errors } = problemOf(reject(code, [{ pointer: '/x', rule: 'y' }]), 'c');
    assert.equal([type, status], [`urn:clinical-ledger:problem:${code}`, REJECTION_STATUS[code]]);
    assert.equal([[detail, remedy], errors], [REJECTIONS[code], [{ pointer: '/x', rule: 'y' }]]);
  }
});

tables('a fault that is not ours is internal, and its words stay inside', () => {
  const problem = problemOfFault(new Error('Lovelace, Ada'), 'c');
  assert.equal([problem.code, problem.status], ['internal', 500]);
  assert.not.ok(JSON.stringify(problem).includes('Lovelace'));
});

tables.run();

interface World {
  house: House;
  ehr: string;
}

const faults = suite<World>('when something goes wrong', {} as World);

faults.before(async (world) => {
  const house = await House.open();
  Object.assign(world, { house, ehr: await house.source('ehr') });
});
faults.after(({ house }) => house.close());

/** The same ledger with some of its parts in trouble. */
async function troubled({ house }: World, trouble: (services: Services) => Partial<Services>) {
  const { services } = house.ledger;
  return createApp({ ...services, ...trouble(services) }, createLog('silent'));
}

const body = JSON.stringify({ resource: person(), sourceRecordId: 'p1' });

faults('each fault of ours has its status and its code, whether one command is sent or many', async (world) => {
  let code: FaultCode = 'internal';
  const app = await troubled(world, ({ handlerDeps }) => ({
    handlerDeps: { ...handlerDeps, submit: () => Promise.reject(new LedgerFault(code, { cause: new Error('why') })) },
  }));
  const headers = { authorization: world.ehr };
  for (code of FAULT_CODES) {
    const single = await app.inject({
      method: 'POST',
      url: '/v1/commands/register-patient',
      headers: { ...headers, 'content-type': 'application/json' },
      payload: body,
    });
    assert.equal([single.statusCode, single.json().code], [FAULT_STATUS[code], code]);
    assert.is(single.headers['retry-after'], FAULT_STATUS[code] === 503 ? '1' : undefined);
    const line = `{"command":"register-patient","body":${body}}\n`;
    const bulk = await app.inject({ method: 'POST', url: '/v1/commands', headers: { ...headers, 'content-type': 'application/x-ndjson' }, payload: line });
    assert.equal(
      linesOf(bulk.payload).map((one) => [one.line, one.status, one.problem.code]),
      [[1, FAULT_STATUS[code], code]],
    );
  }
  await app.close();
});

faults('a fault that is not ours is internal, and not a word of it leaves', async (world) => {
  const app = await troubled(world, ({ handlerDeps }) => ({ handlerDeps: { ...handlerDeps, submit: () => Promise.reject(new Error('Lovelace')) } }));
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/commands/register-patient',
    headers: { authorization: world.ehr, 'content-type': 'application/json' },
    payload: body,
  });
  assert.equal([answer.statusCode, answer.json().code], [500, 'internal']);
  assert.not.ok(answer.payload.includes('Lovelace'));
  await app.close();
});

faults('a ledger that is stopping takes no command, single or in bulk', async (world) => {
  const app = await troubled(world, () => ({ stopping: () => true }));
  for (const [url, type] of [
    ['/v1/commands/register-patient', 'application/json'],
    ['/v1/commands', 'application/x-ndjson'],
  ] as const) {
    const answer = await app.inject({ method: 'POST', url, headers: { authorization: world.ehr, 'content-type': type }, payload: body });
    assert.equal([answer.statusCode, answer.json().code], [503, 'stopping'], url);
  }
  const ready = await app.inject({ url: '/health/ready' });
  assert.equal([ready.statusCode, ready.json().status], [503, 'stopping']);
  await app.close();
});

faults('nothing is disclosed when the access cannot be made durable', async (world) => {
  const { house, ehr } = world;
  const { patientId } = await house.done('register-patient', { resource: person(), sourceRecordId: 'p1' }, ehr);
  const app = await troubled(world, ({ handlerDeps }) => ({
    handlerDeps: { ...handlerDeps, accessLog: { waiting: 0, record: () => Promise.reject(new LedgerFault('store-full')) } as never },
  }));
  for (const [url, token] of [
    [`/v1/patients/${patientId}/record`, await house.token('clinician')],
    [`/v1/patients/${patientId}/history`, await house.token('clinician')],
    ['/v1/feeds/patients', await house.token('consumer')],
    ['/v1/audit/events', await house.token('auditor')],
    [`/v1/patients/${patientId}/record`, 'Bearer nobody'],
  ] as const) {
    const answer = await app.inject({ url, headers: { authorization: token } });
    assert.is(answer.statusCode, 507, url);
    assert.equal(answer.json().code, 'store-full');
  }
  await app.close();
});

faults('health says which part is away', async (world) => {
  const app = await troubled(world, ({ store }) => ({
    store: Object.assign(Object.create(store), { head: () => Promise.reject(new LedgerFault('store-unavailable')) }),
  }));
  const ready = await app.inject({ url: '/health/ready' });
  assert.equal([ready.statusCode, ready.json().store, ready.json().status], [503, 'unreachable', 'not ready']);
  await app.close();
});

faults.run();
