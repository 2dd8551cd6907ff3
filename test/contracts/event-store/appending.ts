import { randomBytes } from 'node:crypto';
import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import { EVENT_TYPES, type LedgerEvent } from '../../../schemas/catalogue.js';
import { eventOf, factsFor, sealedPart, tenantOf } from '../../support/events.js';
import type { ContractContext } from '../event-store.js';
import { appended, faultOf, filled, freshStream, freshTenant, idsOf, ofTenant, readOn } from './helpers.js';

const ALL = { limit: 1000 };

export function appendingContract(test: Test<ContractContext>): void {
  expectedRevision(test);
  idempotency(test);
  atomicityAndOrder(test);
  content(test);
}

function expectedRevision(test: Test<ContractContext>): void {
  test('a new stream takes its first event at revision 0 and counts on from there without gaps', async ({ store }) => {
    const stream = freshStream();
    const [first, second, third, fourth] = factsFor(stream, 4) as [LedgerEvent, LedgerEvent, LedgerEvent, LedgerEvent];
    assert.is((await appended(store, stream, 'none', [first])).revision, 0);
    assert.is((await appended(store, stream, 0, [second, third])).revision, 2);
    assert.is((await appended(store, stream, 2, [fourth])).revision, 3);
    const stored = await store.readStream(stream, ALL);
    assert.equal(
      stored.map(({ revision }) => revision),
      [0, 1, 2, 3],
    );
  });

  test('an append at a revision that the stream has left is a conflict that names the last one', async ({ store }) => {
    const stream = freshStream();
    await filled(store, stream, 3);
    assert.equal(await store.append(stream, 1, factsFor(stream, 1)), { kind: 'conflict', actual: 2 });
    assert.equal(await store.append(stream, 'none', factsFor(stream, 1)), { kind: 'conflict', actual: 2 });
    assert.is((await store.readStream(stream, ALL)).length, 3);
  });

  test('an append at a revision that the stream has not reached is a conflict', async ({ store }) => {
    const stream = freshStream();
    assert.equal(await store.append(stream, 0, factsFor(stream, 1)), { kind: 'conflict', actual: 'none' });
    await filled(store, stream, 1);
    assert.equal(await store.append(stream, 7, factsFor(stream, 1)), { kind: 'conflict', actual: 0 });
  });

  test('of appends that race for one revision exactly one wins', async ({ store }) => {
    const stream = freshStream();
    await filled(store, stream, 1);
    const racing = Array.from({ length: 20 }, () => factsFor(stream, 2));
    const results = await Promise.all(racing.map((events) => store.append(stream, 0, events)));
    const winners = results.flatMap((result, index) => (result.kind === 'appended' ? [index] : []));
    assert.is(winners.length, 1);
    for (const result of results) if (result.kind === 'conflict') assert.is(result.actual, 2);
    const stored = await store.readStream(stream, { ...ALL, from: 1 });
    assert.equal(idsOf(stored), eventIds(racing[winners[0] as number] ?? []));
  });
}

function idempotency(test: Test<ContractContext>): void {
  test('the same append repeated at once gives the first result and adds nothing', async ({ store }) => {
    const stream = freshStream();
    const events = factsFor(stream, 3);
    const first = await store.append(stream, 'none', events);
    assert.equal(await store.append(stream, 'none', events), first);
    assert.is((await store.readStream(stream, ALL)).length, 3);
  });

  test('the same append repeated after many others gives the first result', async ({ store }) => {
    const stream = freshStream();
    await filled(store, stream, 2);
    const events = factsFor(stream, 2);
    const first = await store.append(stream, 1, events);
    for (let revision = 3; revision < 23; revision++) await appended(store, stream, revision, factsFor(stream, 1));
    assert.equal(await store.append(stream, 1, events), first);
    assert.is((await store.readStream(stream, ALL)).length, 24);
  });

  test('the same append made many times at the same moment happens once, and all get the same result', async ({ store }) => {
    const stream = freshStream();
    const events = factsFor(stream, 2);
    const results = await Promise.all(Array.from({ length: 10 }, () => store.append(stream, 'none', events)));
    for (const result of results) assert.equal(result, results[0]);
    assert.is(results[0]?.kind, 'appended');
    assert.is((await store.readStream(stream, ALL)).length, 2);
  });

  test('part of an append together with other events is a conflict', async ({ store }) => {
    const stream = freshStream();
    const [first, second] = (await filled(store, stream, 2, 2)) as [LedgerEvent, LedgerEvent];
    assert.is((await store.append(stream, 'none', [first, ...factsFor(stream, 1)])).kind, 'conflict');
    assert.is((await store.append(stream, 'none', [first, second, ...factsFor(stream, 1)])).kind, 'conflict');
    assert.is((await store.append(stream, 0, [...factsFor(stream, 1), second])).kind, 'conflict');
    assert.is((await store.readStream(stream, ALL)).length, 2);
  });

  test('the events of an append in another order, or at another place, are a conflict', async ({ store }) => {
    const stream = freshStream();
    const events = await filled(store, stream, 3, 3);
    assert.is((await store.append(stream, 'none', [...events].reverse())).kind, 'conflict');
    assert.is((await store.append(stream, 0, events)).kind, 'conflict');
    assert.is((await store.append(stream, 1, events.slice(0, 1))).kind, 'conflict');
    assert.is((await store.readStream(stream, ALL)).length, 3);
  });
}

function atomicityAndOrder(test: Test<ContractContext>): void {
  test('a hundred events of one append stand together and in order, whatever else is written meanwhile', async ({ store }) => {
    const tenant = freshTenant();
    const start = await store.head();
    const batches = Array.from({ length: 6 }, () => factsFor(freshStream(tenant), 100));
    await Promise.all(batches.map((events) => appended(store, events[0]?.stream ?? '', 'none', events)));
    const written = idsOf(ofTenant((await readOn(store, start, 500)).events, tenant));
    assert.is(written.length, 600);
    for (const events of batches) {
      const from = written.indexOf(events[0]?.id ?? '');
      assert.equal(written.slice(from, from + 100), eventIds(events));
    }
  });

  test('an append that is refused leaves nothing behind', async ({ store }) => {
    const tenant = freshTenant();
    const stream = freshStream(tenant);
    const start = await store.head();
    await filled(store, stream, 1);
    await store.append(stream, 'none', factsFor(stream, 50));
    const broken = { ...(factsFor(stream, 1)[0] as LedgerEvent), purpose: 'not a purpose' };
    assert.is(await faultOf(store.append(stream, 0, [...factsFor(stream, 2), broken, ...factsFor(stream, 2)])), 'internal');
    assert.is(ofTenant((await readOn(store, start, 100)).events, tenant).length, 1);
  });

  test('an append gives each event a position that, once read up to, shows it', async ({ store }) => {
    const stream = freshStream();
    const single = await appended(store, stream, 'none', factsFor(stream, 1));
    const several = await appended(store, stream, 0, factsFor(stream, 3));
    const [first, ...rest] = await store.readStream(stream, ALL);
    assert.equal(single.positions, [first?.position]);
    assert.is(several.positions.length, 3);
    assert.is(several.positions.at(-1), rest.at(-1)?.position);
    for (const [index, { position }] of rest.entries()) assert.ok(store.compare(position, several.positions[index] as string) <= 0);
  });
}

function content(test: Test<ContractContext>): void {
  test('an event of every type of the catalogue comes back as it was written', async ({ store }) => {
    const tenant = freshTenant();
    const stream = freshStream(tenant);
    const events: LedgerEvent[] = EVENT_TYPES.map((type) => eventOf(type, { stream, tenant }));
    await appended(store, stream, 'none', events);
    const stored = await store.readStream(stream, ALL);
    for (const [index, { event }] of stored.entries()) assert.equal(event, events[index]);
    assert.is(stored.length, EVENT_TYPES.length);
  });

  test('texts come back letter for letter, the unusual ones too', async ({ store }) => {
    const stream = freshStream();
    const texts = [
      'Müller-Ångström 病院',
      '👩🏽‍⚕️ e\u0301 é',
      '"quoted" \\ / \b\f\n\r\t',
      '\u2028\u2029\ufeff\u200d',
      'a\u0000b',
      '\ud800 alone',
      '7.0',
      ' spaces  ',
    ];
    const events = texts.map((displayName) => eventOf('source-registered', { stream, tenant: tenantOf(stream), data: { displayName } }));
    await appended(store, stream, 'none', events);
    const stored = await store.readStream(stream, ALL);
    assert.equal(
      stored.map(({ event }) => (event.type === 'source-registered' ? event.data.displayName : '')),
      texts,
    );
  });

  test('sealed content of half a megabyte comes back as it was written', async ({ store }) => {
    const stream = freshStream();
    const box = randomBytes(384 * 1024).toString('base64url');
    await appended(store, stream, 'none', [eventOf('fact-recorded', { stream, tenant: tenantOf(stream), sealed: [sealedPart({ box })] })]);
    const [stored] = await store.readStream(stream, ALL);
    assert.ok(stored?.event.sealed[0]?.box === box);
  });
}

function eventIds(events: readonly LedgerEvent[]): string[] {
  return events.map(({ id }) => id);
}
