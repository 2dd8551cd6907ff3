import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EmbeddedReadModels } from '../../../adapters/embedded/read-models.js';
import type { Row } from '../../../projections/ports.js';
import { faultCode } from '../../contracts/helpers.js';

interface Context {
  readonly folder: string;
  readonly version: SharedArrayBuffer;
  models: EmbeddedReadModels;
}

const test = suite<Context>('embedded read models: files and threads');
const row = (key: string): Row => ({ key, position: '1', value: {}, index: ['x'] });
const whole = { limit: 100 };

test.before.each(async (context) => {
  const [folder, version] = [await mkdtemp(join(tmpdir(), 'read-models-')), new SharedArrayBuffer(4)];
  Object.assign(context, { folder, version, models: new EmbeddedReadModels(folder, version) });
});
test.after.each(async ({ folder, models }) => {
  await models.close();
  await rm(folder, { recursive: true });
});

async function activated({ models }: Context, key: string): Promise<number> {
  const generation = await models.begin('m');
  await models.save('m', generation, 1, { put: [row(key)], remove: [], checkpoint: { position: '1', events: 1, version: 1 } });
  await models.activate('m', generation);
  return generation;
}

const files = async ({ folder }: Context) => (await readdir(folder)).filter((name) => name.endsWith('.db')).sort();

test('a dropped generation gives its room on the disk back', async (context) => {
  await activated(context, 'a');
  await activated(context, 'b');
  await context.models.begin('m');
  await context.models.begin('m');
  await context.models.get('m', ['a'], 4);
  assert.equal(await files(context), ['m.2.db', 'm.4.db', 'models.db']);
});

test('looking at a generation that does not exist makes no file', async (context) => {
  await activated(context, 'a');
  await context.models.byPrefix('m', '', whole, 7);
  await context.models.checkpoint('m', 7);
  assert.is(await faultCode(context.models.lease('m', 7)), 'lease-lost');
  assert.is(await faultCode(context.models.save('m', 7, 1, { put: [], remove: [], checkpoint: { position: '1', events: 1, version: 1 } })), 'lease-lost');
  assert.equal(await files(context), ['m.1.db', 'models.db']);
});

test('everything is there when the folder is opened again', async (context) => {
  const generation = await activated(context, 'a');
  await context.models.close();
  context.models = new EmbeddedReadModels(context.folder, context.version);
  assert.equal(await context.models.generations('m'), { active: generation, building: null });
  assert.equal(await context.models.byIndex('m', 'x', whole), [row('a')]);
  assert.equal(await context.models.checkpoint('m'), { position: '1', events: 1, version: 1 });
});

test('another thread that holds the former generation open reads the new one after the switch', async (context) => {
  await activated(context, 'a');
  const other = new EmbeddedReadModels(context.folder, context.version);
  assert.equal(await other.byPrefix('m', '', whole), [row('a')]);
  for (const key of ['b', 'c', 'd']) {
    await activated(context, key);
    assert.equal(await other.byPrefix('m', '', whole), [row(key)]);
  }
  await other.close();
});

test('a save that fails in the middle leaves nothing of itself', async (context) => {
  const generation = await activated(context, 'a');
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const bad = { ...row('c'), value: cyclic };
  assert.is(
    await faultCode(context.models.save('m', generation, 1, { put: [row('b'), bad], remove: ['a'], checkpoint: { position: '2', events: 2, version: 1 } })),
    'read-models-unavailable',
  );
  assert.equal(await context.models.byPrefix('m', '', whole), [row('a')]);
  assert.equal(await context.models.checkpoint('m'), { position: '1', events: 1, version: 1 });
});

test.run();
