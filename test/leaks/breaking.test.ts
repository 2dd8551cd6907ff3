import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { House, person } from '../adapters/http/house.js';
import { until } from '../end-to-end/town.js';
import { LedgerClient } from '../support/client.js';
import { Searcher } from '../support/search.js';
import { cleanEnvironment, LedgerServer } from '../support/server.js';
import { Canaries } from './canaries.js';
import { writtenAllergy } from './canary-patient.js';

const STARTED_WITHIN_MS = 30_000;
const PRELOADED = fileURLToPath(new URL('./uncaught.js', import.meta.url));
const PROGRAM = fileURLToPath(new URL('./breaking-ledger.js', import.meta.url));

/** A folder with a source and a patient in it. */
async function soundFolder(): Promise<{ dataDir: string; token: string; patientId: string }> {
  const house = await House.open();
  const token = await house.source('ehr');
  const { patientId } = await house.done('register-patient', { sourceRecordId: 'p', resource: person() }, token);
  await house.ledger.stop();
  return { dataDir: house.dataDir, token: token.replace('Bearer ', ''), patientId };
}

let sound: Awaited<ReturnType<typeof soundFolder>>;
test.before(async () => {
  sound = await soundFolder();
});
test.after(() => rmSync(sound.dataDir, { recursive: true }));

interface Broken {
  readonly status: number;
  readonly text: string;
  readonly output: string;
}

/** Starts a ledger that breaks in this way, sends it a command, and answers all that it says. */
async function broken(how: string, canaries: Canaries, { dataDir, token, patientId }: Awaited<ReturnType<typeof soundFolder>>): Promise<Broken> {
  const env = cleanEnvironment({ DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'trace', BREAK: how });
  const child = spawn(process.execPath, ['--enable-source-maps', PROGRAM], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const hear = (chunk: Buffer) => {
    output += chunk.toString('utf8');
  };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', hear);
  const closed = once(child, 'close');
  await until(async () => /listens on (\S+)/.test(output) || child.exitCode !== null, 'the ledger that breaks', STARTED_WITHIN_MS);
  const client = new LedgerClient(/listens on (\S+)/.exec(output)?.[1] ?? '');
  const body = { patientId, sourceRecordId: canaries.next('Record'), resource: writtenAllergy(canaries, 'Patient/x', 'high') };
  const { status, text } = await client.command('record-fact', token, body, { 'idempotency-key': canaries.next('Key') });
  const bulk = await client.bulk(token, [{ command: 'record-fact', body }]);
  client.close();
  child.kill('SIGTERM');
  await closed;
  return { status, text: text + bulk.text, output };
}

for (const how of ['handler', 'store']) {
  test(`a fault in the ${how} that quotes all it was given is answered and logged without a word of it`, async () => {
    const canaries = new Canaries();
    const { status, text, output } = await broken(how, canaries, sound);
    const searcher = new Searcher(canaries.all, { anyCase: true });
    assert.is(status, 500, text);
    assert.match(text, '"code":"internal"');
    assert.match(output, 'request failed');
    assert.equal([...searcher.inText('the answer', text), ...searcher.inText('the log', output), ...searcher.inFolder(sound.dataDir).hits], []);
  });
}

for (const how of ['throw', 'reject'] as const) {
  test(`what nobody catches (${how}) ends the process in words that quote nothing of it`, async () => {
    const canaries = new Canaries();
    const words = canaries.next('Uncaught');
    const server = await LedgerServer.start({ env: { LOG_LEVEL: 'trace', UNCAUGHT: `${how} ${words}`, NODE_OPTIONS: `--import=${PRELOADED}` } });
    const { code } = await server.stop('SIGUSR2');
    assert.is(code, 1);
    assert.match(server.output, '"level":"fatal"');
    assert.match(server.output, 'TypeError');
    const searcher = new Searcher(canaries.all, { anyCase: true });
    assert.equal([...searcher.inText('the log', server.output), ...searcher.inFolder(server.dataDir).hits], []);
    rmSync(server.dataDir, { recursive: true });
  });
}

test.run();
