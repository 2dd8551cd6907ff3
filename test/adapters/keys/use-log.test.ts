import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { notingStore } from '../../../adapters/keys/noting-store.js';
import { DamagedSegment } from '../../../adapters/keys/use-spool.js';
import type { KeyOperation } from '../../../adapters/keys/uses.js';
import type { LedgerFault } from '../../../domain/rejections.js';
import { eventOf } from '../../support/events.js';
import { counted, FragileEventStore, kill, type UseLogContext, useLog, useOf, written } from '../../support/use-logs.js';

const test = suite<UseLogContext>('uses of keys on their way into the log');

test.before.each((context) => {
  Object.assign(context, { folder: mkdtempSync(join(tmpdir(), 'key-uses-')), store: new FragileEventStore(), faults: [] });
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

test('uses are counted by who, why, what and whose, one event for many', async (context) => {
  const log = useLog(context);
  for (let n = 0; n < 50; n++) log.note(useOf(`p${n % 5}`));
  log.note(useOf('p1', { operation: 'seal' as KeyOperation }));
  log.note(useOf('p1', { user: { subject: 'dr-2', purpose: 'TREAT', reason: 'read-record' } }));
  await log.flush();
  await log.flush();
  const events = await written(context);
  assert.is(events.length, 1);
  const rows = events[0]?.data.uses ?? [];
  assert.equal(
    rows.map(({ subject, operation, of }) => [subject, operation, of.map(({ count }) => count)]),
    [
      ['dr-1', 'open', [10, 10, 10, 10, 10]],
      ['dr-1', 'seal', [1]],
      ['dr-2', 'open', [1]],
    ],
  );
  await log.stop();
  assert.equal(readdirSync(context.folder), []);
});

test('each tenant has a stream of its own, and hears nothing of the other', async (context) => {
  const log = useLog(context);
  log.note(useOf('p1'));
  log.note(useOf('p2', { tenant: 'south' }));
  await log.stop();
  const events = await written(context);
  assert.equal(events.map(({ tenant, stream }) => [tenant, stream.split('.')[0]]).sort(), [
    ['north', 'north'],
    ['south', 'south'],
  ]);
  assert.equal([await counted(context), await counted(context, 'south')], [{ p1: 1 }, { p2: 1 }]);
});

test('a use is in the file before anything is appended that it made possible, and at the latest when the turn is over', async (context) => {
  const log = useLog(context);
  const read = () => readdirSync(context.folder).map((name) => readFileSync(join(context.folder, name), 'utf8'));
  let seen: string[] = [];
  const noting = notingStore(context.store, () => {
    log.putDown();
    seen = read();
  });
  log.note(useOf('p1'));
  assert.equal(read(), ['']);
  await noting.append('north.source-lis-1', 'none', [eventOf('source-registered', { stream: 'north.source-lis-1' })]);
  assert.ok(seen[0]?.includes('"p1"'));
  log.note(useOf('p2'));
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(read()[0]?.includes('"p2"'));
  await log.stop();
});

test('while the log is down uses wait in their files, and are written once when it is back', async (context) => {
  const log = useLog(context);
  context.store.down = true;
  for (let turn = 0; turn < 3; turn++) {
    log.note(useOf('p1'));
    await log.flush().then(
      () => assert.unreachable(),
      (fault: LedgerFault) => assert.is(fault.code, 'store-unavailable'),
    );
  }
  assert.is(readdirSync(context.folder).length, 4);
  context.store.down = false;
  await log.flush();
  assert.equal(await counted(context), { p1: 3 });
  await log.stop();
  assert.equal(readdirSync(context.folder), []);
});

test('a log that is down when the process stops: the next one writes what is left', async (context) => {
  const log = useLog(context);
  log.note(useOf('p1'));
  context.store.down = true;
  await log.stop();
  assert.is((context.faults[0] as LedgerFault).code, 'store-unavailable');
  context.store.down = false;
  const next = useLog(context);
  await next.start();
  assert.equal(await counted(context), { p1: 1 });
  await next.stop();
  assert.equal(readdirSync(context.folder), []);
});

test('a killed process leaves its segments, and a restart writes each exactly once', async (context) => {
  const log = useLog(context);
  log.note(useOf('p1'));
  log.note(useOf('p2', { tenant: 'south' }));
  kill(log);
  const next = useLog(context);
  await next.start();
  await next.stop();
  const later = useLog(context);
  await later.start();
  await later.stop();
  assert.equal([await counted(context), await counted(context, 'south')], [{ p1: 1 }, { p2: 1 }]);
});

test('killed between the append and the removal of the file, with the next segment begun: neither is doubled, in whatever order they are found', async (context) => {
  for (let round = 0; round < 12; round++) {
    const log = useLog(context);
    log.note(useOf(`first ${round}`));
    context.store.deaf = true;
    await log.flush().catch(() => undefined);
    context.store.deaf = false;
    log.note(useOf(`second ${round}`));
    kill(log);
  }
  const next = useLog(context);
  await next.start();
  const counts = await counted(context);
  assert.equal([Object.keys(counts).length, new Set(Object.values(counts))], [24, new Set([1])]);
  await next.stop();
});

test('killed when one of two tenants has its uses in the log: the other gets them, the first no second time', async (context) => {
  const log = useLog(context);
  log.note(useOf('p1'));
  log.note(useOf('p2', { tenant: 'south' }));
  context.store.deaf = true;
  await log.flush().catch(() => undefined);
  context.store.deaf = false;
  assert.is((await written(context)).length, 1);
  const next = useLog(context);
  await next.start();
  assert.equal([await counted(context), await counted(context, 'south')], [{ p1: 1 }, { p2: 1 }]);
  await next.stop();
});

test('an append whose outcome is not known is not repeated by the same process either', async (context) => {
  const log = useLog(context);
  log.note(useOf('p1'));
  context.store.deaf = true;
  await log.flush().catch(() => undefined);
  context.store.deaf = false;
  log.note(useOf('p1'));
  await log.flush();
  assert.equal(await counted(context), { p1: 2 });
  await log.stop();
});

test('a last line that was cut is left out without a word: its use never took effect', async (context) => {
  const log = useLog(context);
  log.note(useOf('p1'));
  kill(log);
  const [name] = readdirSync(context.folder) as [string];
  appendFileSync(join(context.folder, name), '["north","p2","dr-1","TRE');
  const next = useLog(context);
  await next.start();
  assert.equal(await counted(context), { p1: 1 });
  assert.equal(context.faults, []);
  await next.stop();
});

test('damaged lines stop no start: the rest is written, and it is told which segment and how many, once and without a word of them', async (context) => {
  const log = useLog(context);
  for (const owner of ['p1', 'p2', 'p3', 'p4', 'p5', 'p6']) log.note(useOf(owner));
  kill(log);
  const [name] = readdirSync(context.folder) as [string];
  const path = join(context.folder, name);
  const lines = readFileSync(path, 'utf8').split('\n');
  lines[0] = '\0'.repeat(80);
  lines[1] = '{"not":"a use"}';
  lines[2] = (lines[2] as string).replace('"open"', '"opem"');
  lines[3] = (lines[3] as string).replace('"north"', '"../north"');
  writeFileSync(path, lines.join('\n'));
  const next = useLog(context);
  await next.start();
  assert.equal(await counted(context), { p5: 1, p6: 1 });
  const [fault, ...more] = context.faults;
  assert.instance(fault, DamagedSegment);
  assert.equal([(fault as DamagedSegment).damagedLines, more], [4, []]);
  assert.is((fault as DamagedSegment).message, `4 damaged lines in the segment ${name.split('.')[2]}`);
  await next.flush();
  assert.is(context.faults.length, 1);
  await next.stop();
  assert.equal(readdirSync(context.folder), []);
});

test('a segment of which nothing can be read is told of, and goes', async (context) => {
  const log = useLog(context);
  log.note(useOf('p1'));
  kill(log);
  const [name] = readdirSync(context.folder) as [string];
  writeFileSync(join(context.folder, name), 'nothing\n');
  const next = useLog(context);
  await next.start();
  assert.equal([await written(context), context.faults.length], [[], 1]);
  await next.stop();
});

test('a burst is cut into segments that fit into one append, and no use of it is lost', async (context) => {
  const log = useLog(context);
  for (let n = 0; n < 9000; n++) log.note(useOf(`patient-${n}`));
  await log.flush();
  const events = await written(context);
  assert.is(new Set(events.map(({ data }) => data.segment)).size, 5);
  assert.is(Object.values(await counted(context)).length, 9000);
  for (const event of events) assert.ok(JSON.stringify(event).length < 1_000_000);
  await log.stop();
});

test('uses of more kinds than fit into one event go into several of the same segment', async (context) => {
  const log = useLog(context);
  for (let n = 0; n < 1500; n++) log.note(useOf('p1', { user: { subject: `dr-${n}`, purpose: 'TREAT', reason: 'read-record' } }));
  await log.stop();
  const events = await written(context);
  assert.equal(
    events.map(({ data }) => data.uses.length),
    [1000, 500],
  );
  assert.is(new Set(events.map(({ data }) => data.segment)).size, 1);
  assert.equal(await counted(context), { p1: 1500 });
});

test('while the log is down, whoever asks for it to be written at the same time hears so, each', async (context) => {
  const log = useLog(context);
  log.note(useOf('p1'));
  context.store.down = true;
  const asked = await Promise.all([log.flush(), log.flush()].map((flushed) => flushed.catch((fault: LedgerFault) => fault.code)));
  assert.equal(asked, ['store-unavailable', 'store-unavailable']);
  context.store.down = false;
  await log.stop();
  assert.equal(await counted(context), { p1: 1 });
});

test('an append that arrives after it was given up meets the one that repeats it, and its uses count once', async (context) => {
  const log = useLog(context);
  log.note(useOf('p1'));
  context.store.slow = true;
  const codeOf = (flushed: Promise<void>) => flushed.catch((fault: LedgerFault) => fault.code);
  assert.is(await codeOf(log.flush()), 'outcome-unknown');
  context.store.slow = false;
  assert.is(await codeOf(log.flush()), 'store-unavailable');
  await log.stop();
  assert.equal(await counted(context), { p1: 1 });
  assert.equal([readdirSync(context.folder), context.faults], [[], []]);
});

test.run();
