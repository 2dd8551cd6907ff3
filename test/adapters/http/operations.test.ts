import { renameSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readConfig } from '../../../adapters/config.js';
import { COMMAND_NAMES } from '../../../schemas/command-catalogue.js';
import { House } from './house.js';

interface World {
  house: House;
}

const test = suite<World>('operations', {} as World);

test.before(async (world) => {
  world.house = await House.open();
  await world.house.source('ehr');
});
test.after(({ house }) => house.close());

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 5000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 20))) if (await holds()) return;
  throw new Error('waited in vain');
}

test('health and metrics need no token and say nothing of anybody', async ({ house }) => {
  assert.equal((await house.get('/health/live', null)).json, { status: 'live' });
  await until(async () => (await house.get('/health/ready', null)).status === 200);
  const ready = (await house.get('/health/ready', null)).json;
  assert.equal([ready.status, ready.store], ['ready', 'reachable']);
  const { since, ...keys } = ready.keys;
  assert.equal(keys, { provider: 'file', state: 'up', code: null, expired: 0, expiring: 0 });
  assert.ok(Date.parse(since) <= Date.now());
  const metrics = await house.get('/metrics', null);
  for (const name of [
    'ledger_commands_total',
    'ledger_http_request_seconds',
    'ledger_queue_depth',
    'ledger_key_provider_up{provider="file"} 1',
    'ledger_keys_due{standing="expiring"} 0',
    'ledger_projection_lag_events',
    'ledger_commit_batch_appends',
    'process_cpu',
  ]) {
    assert.ok(metrics.text.includes(name), name);
  }
  assert.ok(metrics.text.includes('ledger_commands_total{command="register-source",outcome="recorded"}'));
});

test('while the provider of keys is away that is said, known tenants go on, new ones are refused, and all is well when it is back', async ({ house }) => {
  const { root } = readConfig({ DATA_DIR: house.dataDir });
  const file = root.provider === 'file' ? root.path : '';
  const { keyHealth } = house.ledger.services.keyring;
  const steward = await house.token('steward', 'steward-1', { tenant: 'newcomer' });
  const source = { sourceId: 'lis', displayName: 'LIS', kind: 'lis' };
  renameSync(file, `${file}.away`);
  await keyHealth.look();
  const away = await house.get('/health/ready', null);
  assert.equal([away.status, away.json.status, away.json.keys.state, away.json.keys.code], [200, 'degraded', 'down', 'keys-unavailable']);
  assert.match((await house.get('/metrics', null)).text, 'ledger_key_provider_up{provider="file"} 0');
  const refused = await house.command('register-source', source, steward, { 'idempotency-key': 'a-newcomer' });
  assert.equal([refused.status, refused.json.code], [503, 'keys-unavailable']);
  assert.is((await house.command('register-source', source, await house.token('steward'), { 'idempotency-key': 'known' })).status, 201);
  renameSync(`${file}.away`, file);
  await keyHealth.look();
  assert.is((await house.get('/health/ready', null)).json.status, 'ready');
  assert.is((await house.command('register-source', source, steward, { 'idempotency-key': 'a-newcomer' })).status, 201);
});

test('operators see where each read model stands, and can have it built anew', async ({ house }) => {
  const operator = await house.token('operator');
  const state = async (model: string) => (await house.get('/v1/projections', operator)).json.projections.find((one: { model: string }) => one.model === model);
  for (const model of ['record', 'resolutions', 'directory', 'accesses', 'patients', 'candidates', 'changes', 'amendments']) {
    await until(async () => (await state(model)) !== undefined);
    const before = (await state(model)).generation;
    const answer = await house.ask('POST', `/v1/projections/${model}/rebuild`, operator);
    assert.equal([answer.status, answer.json], [202, { model, status: 'building' }]);
    await until(async () => (await state(model)).generation > before);
  }
});

test('others may not, and both that and an unknown model are on record', async ({ house }) => {
  const steward = await house.token('steward');
  assert.is((await house.get('/v1/projections', steward)).json.code, 'not-permitted');
  assert.is((await house.ask('POST', '/v1/projections/record/rebuild', steward)).json.code, 'not-permitted');
  assert.is((await house.ask('POST', '/v1/projections/nothing/rebuild', await house.token('operator'))).json.code, 'unknown-route');
  assert.is((await house.ask('POST', '/v1/projections/record/rebuild', null)).json.code, 'not-authenticated');
  const refused = (await house.accesses()).filter(({ data }) => data.action === 'operate' && data.outcome === 'refused');
  assert.equal(
    refused.map(({ data }) => data.code),
    ['not-permitted', 'not-permitted', 'unknown-route'],
  );
});

test('what is not there is said to be not there', async ({ house }) => {
  for (const [method, url] of [
    ['GET', '/nothing'],
    ['PUT', '/v1/commands/record-fact'],
    ['GET', '/v1/commands'],
    ['GET', '/v1/patients/'],
    ['POST', '/v1/patients'],
  ] as const) {
    const answer = await house.ask(method, url, null);
    assert.equal([answer.status, answer.json.code], [404, 'unknown-route'], `${method} ${url}`);
  }
});

test('the API is documented where it is served, and the page loads nothing from elsewhere', async ({ house }) => {
  const page = await house.get('/docs/', null);
  assert.is(page.status, 200);
  assert.not.match(page.text, /(src|href)="https?:/);
  assert.match(String(page.headers['content-security-policy']), "'self'");
});

/** Routes that the app serves, without the pages of the documentation and the HEAD that comes with each GET. */
function servedRoutes(house: House): string[] {
  const found: string[] = [];
  const stack: string[] = [];
  for (const line of house.ledger.app.printRoutes({ commonPrefix: false }).split('\n')) {
    const match = /^([│ ]*)[├└]── (\S*)(?: \(([A-Z, ]+)\))?/u.exec(line);
    if (match === null) continue;
    const depth = (match[1]?.length ?? 0) / 4;
    stack.splice(depth, Number.POSITIVE_INFINITY, match[2] ?? '');
    const path = stack.join('').replace(/:(\w+)/g, '{$1}');
    for (const method of (match[3] ?? '').split(', ').filter((one) => one !== '' && one !== 'HEAD')) found.push(`${method} ${path}`);
  }
  return found.filter((route) => !route.includes('/docs'));
}

test('the OpenAPI document lists every route that is served, and serves every route that it lists', async ({ house }) => {
  const { json } = await house.get('/openapi.json', null);
  const listed = Object.entries(json.paths as Record<string, object>).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const served = servedRoutes(house).flatMap((route) =>
    route === 'POST /v1/commands/{name}' ? COMMAND_NAMES.map((name) => `POST /v1/commands/${name}`) : [route],
  );
  assert.equal([...served].sort(), [...listed].sort());
});

test('the OpenAPI document is 3.1 in shape: operations named once, parameters declared, references that lead somewhere', async ({ house }) => {
  const { json } = await house.get('/openapi.json', null);
  assert.is(json.openapi, '3.1.0');
  assert.ok(json.info.title && json.info.version);
  const names: string[] = [];
  for (const [path, item] of Object.entries(
    json.paths as Record<
      string,
      Record<string, { operationId: string; parameters?: { name: string; in: string; required?: boolean; schema: object }[]; responses: object }>
    >,
  )) {
    for (const operation of Object.values(item)) {
      names.push(operation.operationId);
      assert.ok(Object.keys(operation.responses).length > 0, path);
      const inPath = (operation.parameters ?? []).filter((one) => one.in === 'path');
      assert.equal(
        inPath.map(({ name }) => `{${name}}`),
        path.match(/\{\w+\}/g) ?? [],
        path,
      );
      assert.ok(
        inPath.every(({ required }) => required === true),
        path,
      );
      assert.ok(
        (operation.parameters ?? []).every(({ name, schema }) => name !== '' && typeof schema === 'object'),
        path,
      );
    }
  }
  assert.is(new Set(names).size, names.length);
  for (const [, ref] of JSON.stringify(json).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    assert.ok((ref ?? '').split('/').reduce((at, step) => at?.[step], json) !== undefined, ref);
  }
});

test.run();
