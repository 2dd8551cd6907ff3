import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EmbeddedReadModels } from '../../../adapters/embedded/read-models.js';
import { KEPT_UNDER_TENANT_KEYS, type Row } from '../../../projections/ports.js';

const test = suite('removed rows of embedded read models');

const WORDS = 'quixotic-entry';
const checkpoint = { position: '1', events: 1, version: 1 };

for (const model of KEPT_UNDER_TENANT_KEYS) {
  test(`what was removed from ${model} can be read from no file once it was purged`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'purge-'));
    const models = new EmbeddedReadModels(folder);
    const generation = await models.begin(model);
    await models.activate(model, generation);
    const filesWithWords = () => readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(WORDS));
    // Long enough for pages of their own, which are given back whole.
    const rowOf = (nth: number): Row => ({ key: `k/${nth}`, position: '1', value: { text: `${WORDS} `.repeat(nth * 40) }, index: [`i/${WORDS}/${nth}`] });
    const rows = Array.from({ length: 40 }, (_, nth) => rowOf(nth));
    await models.save(model, generation, 1, { put: [...rows, { ...rowOf(0), key: 'kept', value: {}, index: [] }], remove: [], checkpoint });
    assert.ok(filesWithWords().length > 0);
    await models.save(model, generation, 1, { put: [], remove: rows.map(({ key }) => key), checkpoint });
    assert.ok(await models.purge(model));
    assert.equal(filesWithWords(), []);
    assert.is((await models.get(model, ['kept']))[0]?.key, 'kept');
    await models.close();
    rmSync(folder, { recursive: true });
  });
}

test('a model that was never built has nothing to purge', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'purge-'));
  const models = new EmbeddedReadModels(folder);
  assert.ok(await models.purge('patients'));
  await models.close();
  rmSync(folder, { recursive: true });
});

test.run();
