import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { notingStore } from '../../../adapters/keys/noting-store.js';
import { KeyUseLog } from '../../../adapters/keys/use-log.js';
import { DamagedSegment, UseSpool } from '../../../adapters/keys/use-spool.js';
import type { KeyOperation, KeyUse } from '../../../adapters/keys/uses.js';
import { MemoryEventStore } from '../../../adapters/memory/event-store.js';
import type { AppendResult, ExpectedRevision } from '../../../commands/ports.js';
import { LedgerFault } from '../../../domain/rejections.js';
import type { EventOf, LedgerEvent } from '../../../schemas/catalogue.js';
import { digest, eventOf } from '../../support/events.js';

/** A log that may be down, and a process that may be killed when its append was stored and before it hears of it. */
class FragileEventStore extends MemoryEventStore {
  down = false;
  deaf = false;

  override async append(stream: string, expected: ExpectedRevision, events: readonly LedgerEvent[]): Promise<AppendResult> {
    if (this.down) throw new LedgerFault('store-unavailable');
    const result = await super.append(stream, expected, events);
    if (this.deaf) throw new LedgerFault('outcome-unknown');
    return result;
  }
}

interface Context {
  readonly folder: string;
  readonly store: FragileEventStore;
  readonly faults: unknown[];
}

const test = suite<Context>('uses of keys on their way into the log');

test.before.each((context) => {
  Object.assign(context, { folder: mkdtempSync(join(tmpdir(), 'key-uses-')), store: new FragileEventStore(), faults: [] });
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

const clock = { now: () => '2026-03-01T08:00:00.000Z' };
const process = ({ folder, store, faults }: Context) =>
  new KeyUseLog({ store, spool: new UseSpool(folder), clock, ids: { next: randomUUID }, digest, onFault: (fault) => faults.push(fault) });

const use = (owner: string, more: Partial<KeyUse> = {}): KeyUse => ({
  tenant: 'north',
  owner,
  user: { subject: 'dr-1', purpose: 'TREAT', reason: 'read-record' },
  operation: 'open',
  scope: 'allergies',
  ...more,
});

async function written({ store }: Context): Promise<EventOf<'keys-used'>[]> {
  return (await store.readAll({ after: null, limit: 10_000, types: ['keys-used'] })).events.map(({ event }) => event as EventOf<'keys-used'>);
}

/** How often whose keys were used, over the whole log. */
async function counted(context: Context, tenant = 'north'): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const event of await written(context))
    if (event.tenant === tenant) for (const { of } of event.data.uses) for (const { owner, count } of of) counts[owner] = (counts[owner] ?? 0) + count;
  return counts;
}

/** The process is gone: what it had put down is in its files, and nothing more comes from it. */
function kill(log: KeyUseLog): void {
  log.putDown();
}

test('uses are counted by who, why, what and whose, one event for many', async (context) => {
  const log = process(context);
  for (let n = 0; n < 50; n++) log.note(use(`p${n % 5}`));
  log.note(use('p1', { operation: 'seal' as KeyOperation }));
  log.note(use('p1', { user: { subject: 'dr-2', purpose: 'TREAT', reason: 'read-record' } }));
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
  const log = process(context);
  log.note(use('p1'));
  log.note(use('p2', { tenant: 'south' }));
  await log.stop();
  const events = await written(context);
  assert.equal(events.map(({ tenant, stream }) => [tenant, stream.split('.')[0]]).sort(), [
    ['north', 'north'],
    ['south', 'south'],
  ]);
  assert.equal([await counted(context), await counted(context, 'south')], [{ p1: 1 }, { p2: 1 }]);
});

test('a use is in the file before anything is appended that it made possible, and at the latest when the turn is over', async (context) => {
  const log = process(context);
  const read = () => readdirSync(context.folder).map((name) => readFileSync(join(context.folder, name), 'utf8'));
  let seen: string[] = [];
  const noting = notingStore(context.store, () => {
    log.putDown();
    seen = read();
  });
  log.note(use('p1'));
  assert.equal(read(), ['']);
  await noting.append('north.source-lis-1', 'none', [eventOf('source-registered', { stream: 'north.source-lis-1' })]);
  assert.ok(seen[0]?.includes('"p1"'));
  log.note(use('p2'));
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(read()[0]?.includes('"p2"'));
  await log.stop();
});

test('while the log is down uses wait in their files, and are written once when it is back', async (context) => {
  const log = process(context);
  context.store.down = true;
  for (let turn = 0; turn < 3; turn++) {
    log.note(use('p1'));
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
  const log = process(context);
  log.note(use('p1'));
  context.store.down = true;
  await log.stop();
  assert.is((context.faults[0] as LedgerFault).code, 'store-unavailable');
  context.store.down = false;
  const next = process(context);
  await next.start();
  assert.equal(await counted(context), { p1: 1 });
  await next.stop();
  assert.equal(readdirSync(context.folder), []);
});

test('a killed process leaves its segments, and a restart writes each exactly once', async (context) => {
  const log = process(context);
  log.note(use('p1'));
  log.note(use('p2', { tenant: 'south' }));
  kill(log);
  const next = process(context);
  await next.start();
  await next.stop();
  const later = process(context);
  await later.start();
  await later.stop();
  assert.equal([await counted(context), await counted(context, 'south')], [{ p1: 1 }, { p2: 1 }]);
});

test('killed between the append and the removal of the file, with the next segment begun: neither is doubled, in whatever order they are found', async (context) => {
  for (let round = 0; round < 12; round++) {
    const log = process(context);
    log.note(use(`first ${round}`));
    context.store.deaf = true;
    await log.flush().catch(() => undefined);
    context.store.deaf = false;
    log.note(use(`second ${round}`));
    kill(log);
  }
  const next = process(context);
  await next.start();
  const counts = await counted(context);
  assert.equal([Object.keys(counts).length, new Set(Object.values(counts))], [24, new Set([1])]);
  await next.stop();
});

test('killed when one of two tenants has its uses in the log: the other gets them, the first no second time', async (context) => {
  const log = process(context);
  log.note(use('p1'));
  log.note(use('p2', { tenant: 'south' }));
  context.store.deaf = true;
  await log.flush().catch(() => undefined);
  context.store.deaf = false;
  assert.is((await written(context)).length, 1);
  const next = process(context);
  await next.start();
  assert.equal([await counted(context), await counted(context, 'south')], [{ p1: 1 }, { p2: 1 }]);
  await next.stop();
});

test('an append whose outcome is not known is not repeated by the same process either', async (context) => {
  const log = process(context);
  log.note(use('p1'));
  context.store.deaf = true;
  await log.flush().catch(() => undefined);
  context.store.deaf = false;
  log.note(use('p1'));
  await log.flush();
  assert.equal(await counted(context), { p1: 2 });
  await log.stop();
});

test('a last line that was cut is left out without a word: its use never took effect', async (context) => {
  const log = process(context);
  log.note(use('p1'));
  kill(log);
  const [name] = readdirSync(context.folder) as [string];
  appendFileSync(join(context.folder, name), '["north","p2","dr-1","TRE');
  const next = process(context);
  await next.start();
  assert.equal(await counted(context), { p1: 1 });
  assert.equal(context.faults, []);
  await next.stop();
});

test('damaged lines stop no start: the rest is written, and it is told which segment and how many, once and without a word of them', async (context) => {
  const log = process(context);
  for (const owner of ['p1', 'p2', 'p3', 'p4', 'p5', 'p6']) log.note(use(owner));
  kill(log);
  const [name] = readdirSync(context.folder) as [string];
  const path = join(context.folder, name);
  const lines = readFileSync(path, 'utf8').split('\n');
  lines[0] = '\0'.repeat(80);
  lines[1] = '{"not":"a use"}';
  lines[2] = (lines[2] as string).replace('"open"', '"opem"');
  lines[3] = (lines[3] as string).replace('"north"', '"../north"');
  writeFileSync(path, lines.join('\n'));
  const next = process(context);
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
  const log = process(context);
  log.note(use('p1'));
  kill(log);
  const [name] = readdirSync(context.folder) as [string];
  writeFileSync(join(context.folder, name), 'nothing\n');
  const next = process(context);
  await next.start();
  assert.equal([await written(context), context.faults.length], [[], 1]);
  await next.stop();
});

test('a burst is cut into segments that fit into one append, and no use of it is lost', async (context) => {
  const log = process(context);
  for (let n = 0; n < 9000; n++) log.note(use(`patient-${n}`));
  await log.flush();
  const events = await written(context);
  assert.is(new Set(events.map(({ data }) => data.segment)).size, 5);
  assert.is(Object.values(await counted(context)).length, 9000);
  for (const event of events) assert.ok(JSON.stringify(event).length < 1_000_000);
  await log.stop();
});

test.run();
