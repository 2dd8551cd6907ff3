import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CATEGORIES } from '../../schemas/phi/categories.js';
import type { Json } from '../support/client.js';
import { LONG } from '../support/runs.js';
import { Searcher } from '../support/search.js';
import { LedgerServer } from '../support/server.js';

/** Names, numbers, addresses and the displays of codes of whole synthetic patients are in no file and no log of a ledger that has loaded them. */
const test = suite('loaded patients on the disk');
const OWN = 'test/fixtures/synthea/whole-patient.json.gz';
const SHARED = '../shared/data/synthea';
const TELLING: ReadonlySet<string> = new Set([
  'family',
  'given',
  'prefix',
  'value',
  'display',
  'text',
  'line',
  'city',
  'postalCode',
  'valueString',
  'title',
  'id',
  'fullUrl',
]);
/** Words of ours stand in clear metadata, and some happen to be a display too (`procedure` in `procedures`). */
const isOurs = (word: string) => CATEGORIES.some((category) => category.includes(word));

function tellingOf(path: string): Set<string> {
  const found = new Set<string>();
  const look = (value: Json, member: string) => {
    if (Array.isArray(value)) for (const item of value) look(item, member);
    else if (typeof value === 'object' && value !== null) for (const [name, inner] of Object.entries(value)) look(inner, name);
    else if (typeof value === 'string' && TELLING.has(member) && value.length >= 5 && !isOurs(value)) found.add(value);
  };
  const text = gunzipSync(readFileSync(path)).toString('utf8');
  for (const line of path.includes('ndjson') ? text.split('\n').filter((each) => each !== '') : [text]) look(JSON.parse(line), '');
  return found;
}

async function loadAndSearch(paths: readonly string[]): Promise<void> {
  const server = await LedgerServer.start({ env: { LOG_LEVEL: 'trace' } });
  try {
    const { code, stdout, stderr } = await server.run('load', ...paths, '--tenant', 'demo', '--source', 'ehr', '--json');
    assert.is(code, 0, stderr);
    assert.ok((JSON.parse(stdout) as Json).sum.recorded > 50);
    const texts = new Set(paths.flatMap((path) => [...tellingOf(path)]));
    assert.ok(texts.size > 100);
    const searcher = new Searcher(texts);
    const running = searcher.inFolder(server.dataDir);
    await server.stop();
    const { hits, sizeBytes } = searcher.inFolder(server.dataDir);
    assert.ok(sizeBytes > 200_000);
    assert.equal([...running.hits, ...hits, ...searcher.inText('the log', server.output)], []);
    assert.equal(searcher.inText('what load says', stdout + stderr), []);
  } finally {
    await server.stop();
    rmSync(server.dataDir, { recursive: true });
  }
}

test('a whole patient is loaded and cannot be found', () => loadAndSearch([OWN]));

if (!LONG) console.log('SKIP 1 more synthetic patients: `npm run test:long` loads them');
else if (existsSync(SHARED)) {
  test('so are several others, and a bulk export', async () => {
    const bundles = readdirSync(`${SHARED}/r4-bundles`).filter((_, index) => index % 20 === 0);
    const exported = ['Patient', 'AllergyIntolerance', 'Immunization'].map((type) => `${SHARED}/bulk-ndjson-10-patients/${type}.000.ndjson.gz`);
    await loadAndSearch([...bundles.map((name) => `${SHARED}/r4-bundles/${name}`), ...exported]);
  });
} else console.log('SKIP 1 more synthetic patients: ../shared/data/synthea is not there');

test.run();
