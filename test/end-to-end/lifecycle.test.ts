import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type BulkResult, type Json, linesOf } from '../support/client.js';
import { LedgerServer, runCli, temporaryFolder } from '../support/server.js';
import { result, Town, until } from './town.js';

const test = suite('the life of a ledger process');
let town: Town;

test.before(async () => {
  town = await Town.open();
});
test.after(() => town.close());

test('a second process on the same folder is refused in words, and the first goes on', async () => {
  const second = LedgerServer.spawn({ dataDir: town.server.dataDir });
  assert.equal(await second.ended(), { code: 1, signal: null });
  assert.match(second.output, /Another process is using the data folder/);
  assert.not.match(second.output, /^\s+at /m);
  assert.is((await town.client.get('/health/live', null)).status, 200);
});

test('what the ledger writes is for its owner alone', () => {
  const { dataDir } = town.server;
  const open = ['', ...readdirSync(dataDir, { recursive: true, encoding: 'utf8' })].filter((name) => {
    const about = statSync(join(dataDir, name));
    return (about.isDirectory() || name.endsWith('.json')) && (about.mode & 0o077) !== 0;
  });
  assert.equal(open, []);
});

test('asked to stop under load, it takes nothing new, finishes what it took, and everything acknowledged is there afterwards', async () => {
  const patients = await Promise.all(Array.from({ length: 8 }, (_, number) => town.patient(`load-${number}`)));
  const acknowledged = new Map<string, string>();
  let stopped = false;
  const single = async (patientId: string, lane: number) => {
    for (let number = 0; !stopped; number++) {
      const sourceRecordId = `${lane}-${number}`;
      try {
        const { status, json } = await town.client.command('record-fact', town.token('ehr'), { patientId, sourceRecordId, resource: result(number) });
        if (status === 201) acknowledged.set(json.eventIds[0], patientId);
        else {
          assert.equal([status, json.code], [503, 'stopping']);
          return;
        }
      } catch {
        // The connection was closed: nothing was acknowledged.
        return;
      }
    }
  };
  const work = patients.map(single);
  const lines = Array.from({ length: 3000 }, (_, number) => ({
    command: 'record-fact',
    body: { patientId: patients[0], sourceRecordId: `bulk-${number}`, resource: result(number) },
  }));
  const bulk = bulkUntilItEnds(town, lines);
  await until(async () => acknowledged.size > 50, 'the load to get going');
  const ended = await town.server.stop();
  stopped = true;
  await Promise.all(work);
  for (const { receipt } of await bulk) if (receipt !== undefined) acknowledged.set(receipt.eventIds[0] ?? '', patients[0] ?? '');
  assert.equal(ended, { code: 0, signal: null });
  await town.restart();
  const found = new Set<string>();
  for (const patientId of patients) for (const id of await eventIds(town, patientId)) found.add(id);
  assert.equal(
    [...acknowledged.keys()].filter((id) => !found.has(id)),
    [],
  );
});

test('after kill -9 the folder is free at once, and what was acknowledged is there', async () => {
  const patientId = await town.patient('kill-1');
  await town.server.stop('SIGKILL');
  await town.restart();
  assert.is((await eventIds(town, patientId)).length, 1);
});

test('a configuration that cannot be run with is refused whole, each problem in words, before anything is made', async () => {
  const folder = temporaryFolder();
  const dataDir = join(folder, 'never');
  const env = { PORT: 'eighty', LOG_LEVEL: 'loud', EVENTSTORE_URL: 'http://x', KEY_PROVIDER: 'paper', MONGO_URL: 'x', NODE_ENV: 'production' };
  const server = LedgerServer.spawn({ dataDir, env });
  assert.equal(await server.ended(), { code: 1, signal: null });
  for (const name of Object.keys(env)) assert.match(server.output, name);
  assert.is(existsSync(dataDir), false);
  rmSync(folder, { recursive: true });
});

test('the command line refuses what it does not know with exit code 2, and work that went wrong with 1', async () => {
  const dataDir = temporaryFolder();
  const unknown = await runCli(['conjure'], { DATA_DIR: dataDir });
  const absent = await runCli(['replay', '--tenant', 'demo', '--patient', 'x'], { DATA_DIR: dataDir, LEDGER_URL: 'http://127.0.0.1:9' });
  assert.equal([unknown.code, absent.code], [2, 1]);
  assert.match(absent.stderr, /No ledger answers/);
  rmSync(dataDir, { recursive: true });
});

async function bulkUntilItEnds(town: Town, lines: readonly unknown[]): Promise<BulkResult[]> {
  let text = '';
  try {
    const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const response = await town.client.open('/v1/commands', {
      method: 'POST',
      token: town.token('ehr'),
      headers: { 'content-type': 'application/x-ndjson' },
      body,
    });
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
  } catch {
    // Cut off by the stop; what came is what counts.
  }
  return linesOf(text.slice(0, text.lastIndexOf('\n') + 1)) as BulkResult[];
}

async function eventIds(town: Town, patientId: string): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { json }: { json: Json } = await town.client.get(
      `/v1/patients/${patientId}/history?limit=1000${cursor === '' ? '' : `&cursor=${cursor}`}`,
      town.token('clinician'),
    );
    ids.push(...json.history.map((event: Json) => event.eventId as string));
    cursor = json.next;
  }
  return ids;
}

test.run();
