import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EmbeddedEventStore } from '../../../adapters/embedded/event-store.js';
import { GROUP_COMMIT, GroupCommit } from '../../../adapters/embedded/group-commit.js';
import { Sqlite } from '../../../adapters/embedded/sqlite.js';
import { faultOf, idsOf, readOn, within } from '../../contracts/event-store/helpers.js';
import { factsFor } from '../../support/events.js';
import type { Said } from './event-appending-process.js';

interface Context {
  folder: string;
  path: string;
}

const APPENDING = fileURLToPath(new URL('./event-appending-process.js', import.meta.url));
const PATIENCE_MS = 30_000;
const STREAM = 'test.patient-1';

const test = suite<Context>('the embedded event log, when something breaks');

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'event-log-'));
  context.path = join(context.folder, 'events.db');
});

test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

/** Runs the appending process under a command, and gathers what it says until it ends. `enough` kills it. */
async function appending(
  command: string,
  args: readonly string[],
  enough: (said: readonly Said[]) => boolean,
): Promise<{ said: Said[]; signal: NodeJS.Signals | null }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: Said[] = [];
  const lines = async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      said.push(JSON.parse(line) as Said);
      if (enough(said)) child.kill('SIGKILL');
    }
  };
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('exit', (_, signal) => resolve(signal)));
  await within(PATIENCE_MS, 'the appending process', lines());
  return { said, signal: await ended };
}

/** What was acknowledged is there; what was not is there or not, and a repeat settles it; nothing is there twice. */
async function assertKept(path: string, said: readonly Said[]): Promise<void> {
  const store = await EmbeddedEventStore.open(path);
  const acknowledged = new Set(said.flatMap((line) => (line.kind === 'appended' ? [line.append] : [])));
  const before = new Set(idsOf((await readOn(store, null, 1000)).events));
  const wanted: string[] = [];
  for (const line of said) {
    if (line.kind !== 'trying') continue;
    const { stream, expected, events, append } = line;
    const there = events.filter(({ id }) => before.has(id)).length;
    assert.ok(there === events.length || (there === 0 && !acknowledged.has(append)), `${there} of ${events.length} events of an append`);
    const repeated = await store.append(stream, expected, events);
    assert.is(repeated.kind, 'appended');
    wanted.push(...events.map(({ id }) => id));
  }
  const { events } = await readOn(store, null, 1000);
  assert.equal(idsOf(events).sort(), wanted.sort());
  assert.equal(
    events.map(({ position }) => store.logIndex(position)),
    events.map((_, index) => index),
  );
  await store.close();
}

test('every acknowledged event is there after kill -9, and what was not acknowledged is settled by a repeat', async ({ path }) => {
  for (const appends of [200, 500]) {
    const { said, signal } = await appending(
      process.execPath,
      [APPENDING, path + appends],
      (lines) => lines.filter(({ kind }) => kind === 'appended').length >= appends,
    );
    assert.is(signal, 'SIGKILL');
    await assertKept(path + appends, said);
  }
});

test('a disk that is full is a fault of its own, keeps what was acknowledged, and is got over', async ({ path }) => {
  // A limit on the size of files is how a test fills a disk: in blocks of 512 or 1024 bytes, depending on the shell.
  const { said } = await appending('/bin/sh', ['-c', 'ulimit -f 2000 && exec "$0" "$@"', process.execPath, APPENDING, path], () => false);
  assert.equal(said.at(-1), { kind: 'fault', code: 'store-full' });
  assert.ok(said.filter(({ kind }) => kind === 'appended').length > 10);
  await assertKept(path, said);
});

test('an event whose stored text was changed is unreadable, and the others are not', async ({ path }) => {
  let store = await EmbeddedEventStore.open(path);
  await store.append(STREAM, 'none', factsFor(STREAM, 3));
  await store.append('test.patient-2', 'none', factsFor('test.patient-2', 1));
  await store.close();
  for (const body of [
    '{"id":',
    '{}',
    '\u0000',
    JSON.stringify({ ...factsFor(STREAM, 1)[0], purpose: 'none of these' }),
    JSON.stringify({ ...factsFor(STREAM, 1)[0], version: 99 }),
  ]) {
    const db = new Sqlite(path);
    db.prepare('UPDATE event SET body = ? WHERE position = 2').run(body);
    db.close();
    store = await EmbeddedEventStore.open(path);
    assert.is(await faultOf(store.readStream(STREAM, { limit: 10 })), 'event-unreadable');
    assert.is(await faultOf(store.readAll({ after: null, limit: 10 })), 'event-unreadable');
    assert.is((await store.readAll({ after: '2', limit: 10 })).events.length, 2);
    assert.is((await store.readStream(STREAM, { limit: 1, direction: 'backwards' })).length, 1);
    await store.close();
  }
});

test('a file that is no log, or one of a newer program, is not opened', async ({ folder, path }) => {
  mkdirSync(join(folder, 'a-folder'));
  assert.is(await faultOf(EmbeddedEventStore.open(join(folder, 'a-folder'))), 'store-unavailable');
  const db = new Sqlite(path);
  db.exec('PRAGMA user_version = 99');
  db.close();
  assert.is(await faultOf(EmbeddedEventStore.open(path)), 'store-unavailable');
});

test('a full queue refuses at once what comes on top, and finishes what it has taken', async ({ path }) => {
  const store = await EmbeddedEventStore.open(path, undefined, { ...GROUP_COMMIT, waitingAtMost: 10 });
  const streams = Array.from({ length: 50 }, (_, index) => `test.patient-${index}`);
  const outcomes = await Promise.all(
    streams.map(async (stream) => {
      const appending = store.append(stream, 'none', factsFor(stream, 1));
      return (await faultOf(appending)) === 'overloaded' ? 'overloaded' : (await appending).kind;
    }),
  );
  assert.is(outcomes.filter((outcome) => outcome === 'appended').length, 10);
  assert.is(outcomes.filter((outcome) => outcome === 'overloaded').length, 40);
  assert.is((await readOn(store, null, 100)).events.length, 10);
  assert.is((await store.append('test.late-1', 'none', factsFor('test.late-1', 1))).kind, 'appended');
  await store.close();
});

test('a writer thread that does not answer leaves what it holds unknown, and what waits undone', async ({ path }) => {
  const store = await EmbeddedEventStore.open(path, undefined, { ...GROUP_COMMIT, batchAtMost: 1, timeoutMs: 0 });
  const many = factsFor(STREAM, 2000);
  const held = faultOf(store.append(STREAM, 'none', many));
  const waiting = faultOf(store.append('test.patient-2', 'none', factsFor('test.patient-2', 1)));
  assert.is(await held, 'outcome-unknown');
  assert.is(await waiting, 'store-unavailable');
  assert.is(await faultOf(store.append('test.patient-3', 'none', factsFor('test.patient-3', 1))), 'store-unavailable');
  await within(PATIENCE_MS, 'closing', store.close());
  const again = await EmbeddedEventStore.open(path);
  assert.is((await again.append(STREAM, 'none', many)).kind, 'appended');
  assert.is((await readOn(again, null, 1000)).events.length, 2000);
  await again.close();
});

test('a writer thread that dies leaves what it holds unknown, and what waits undone', async () => {
  const commits = new GroupCommit<number, number>(new URL('./event-dying-writer.js', import.meta.url), null, { ...GROUP_COMMIT, batchAtMost: 1 });
  const held = faultOf(commits.submit(1, 1));
  const waiting = faultOf(commits.submit(2, 1));
  assert.is(await within(PATIENCE_MS, 'the fault', held), 'outcome-unknown');
  assert.is(await waiting, 'store-unavailable');
  assert.is(await faultOf(commits.submit(3, 1)), 'store-unavailable');
  assert.ok(commits.failed);
  await within(PATIENCE_MS, 'closing', commits.close());
});

test('a store that was closed finishes what it had taken and takes nothing more', async ({ path }) => {
  const store = await EmbeddedEventStore.open(path);
  const appending = store.append(STREAM, 'none', factsFor(STREAM, 5));
  await store.close();
  assert.is((await appending).kind, 'appended');
  assert.is(await faultOf(store.append(STREAM, 4, factsFor(STREAM, 1))), 'store-unavailable');
  assert.is(await faultOf(store.readStream(STREAM, { limit: 1 })), 'store-unavailable');
  await store.close();
});

test('a reader of the same log sees what is written, is told of news, and cannot write', async ({ path }) => {
  const store = await EmbeddedEventStore.open(path);
  const reader = EmbeddedEventStore.reader(store.shared);
  const abort = new AbortController();
  const pages = reader.subscribe({ after: null, limit: 10, signal: abort.signal })[Symbol.asyncIterator]();
  const next = pages.next();
  const events = factsFor(STREAM, 2);
  await store.append(STREAM, 'none', events);
  const { value } = await within(PATIENCE_MS, 'the page', next);
  assert.equal(
    idsOf(value?.events ?? []),
    events.map(({ id }) => id),
  );
  assert.is(await reader.head(), await store.head());
  assert.is(await faultOf(reader.append(STREAM, 1, factsFor(STREAM, 1))), 'store-unavailable');
  abort.abort();
  await reader.close();
  await store.close();
});

test.run();
