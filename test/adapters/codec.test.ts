import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeEvent, encodeEvent, isEventType } from '../../adapters/codec.js';
import { contentHash } from '../../commands/envelope.js';
import { LedgerFault } from '../../domain/rejections.js';
import { EVENT_TYPES, EVENTS, type EventType } from '../../schemas/catalogue.js';
import { digest, eventOf } from '../support/events.js';

const FOLDER = 'test/fixtures/golden';
const goldenFiles = readdirSync(FOLDER).filter((name) => /\.\d+\.json$/.test(name));
const textOf = (name: string) => readFileSync(`${FOLDER}/${name}`, 'utf8');

const golden = suite('golden events');

golden('there is one of every type and version that was ever written, and none has changed', () => {
  const lock = JSON.parse(textOf('hashes.json')) as Record<string, string>;
  assert.equal(goldenFiles.sort(), Object.keys(lock).sort());
  for (const name of goldenFiles) assert.is(createHash('sha256').update(textOf(name)).digest('hex'), lock[name], name);
  for (const type of EVENT_TYPES) {
    const versions = Array.from({ length: EVENTS[type].properties.version.const }, (_, n) => `${type}.${n + 1}.json`);
    assert.equal(
      versions.filter((name) => !goldenFiles.includes(name)),
      [],
      type,
    );
  }
});

golden('each is read as the newest version of its type, with what it said', () => {
  for (const name of goldenFiles) {
    const written = JSON.parse(textOf(name)) as Record<string, unknown>;
    const event = decodeEvent(textOf(name));
    assert.is(event.version, EVENTS[event.type].properties.version.const, name);
    for (const kept of ['id', 'type', 'stream', 'tenant', 'actor', 'recordedAt', 'sealed', 'contentHash'] as const)
      assert.equal(event[kept], written[kept], `${name} ${kept}`);
  }
});

golden('each still has the hash of its content', () => {
  for (const name of goldenFiles) {
    const written = JSON.parse(textOf(name)) as Parameters<typeof contentHash>[1] & { contentHash: string };
    assert.is(contentHash(digest, written), written.contentHash, name);
  }
});

golden.run();

const codec = suite('codec');

function codeOf(read: () => unknown): string {
  try {
    read();
    return 'read';
  } catch (fault) {
    return fault instanceof LedgerFault ? fault.code : `not a fault of the ledger: ${String(fault)}`;
  }
}

codec('every type comes back as it went in', () => {
  for (const type of EVENT_TYPES) {
    const event = eventOf(type);
    assert.equal(decodeEvent(encodeEvent(event)), event);
    assert.ok(isEventType(type));
  }
  assert.not.ok(isEventType('constructor'));
});

codec('an event that breaks its own schema never reaches a store, and the fault says where without saying what', () => {
  const broken = [
    { ...eventOf('fact-recorded'), tenant: 'no tenant at all: Lovelace' },
    { ...eventOf('fact-recorded'), extra: 1 },
    { ...eventOf('fact-recorded'), version: 99 },
    { ...eventOf('fact-recorded'), type: 'unheard-of' },
  ];
  for (const event of broken)
    assert.is(
      codeOf(() => encodeEvent(event as never)),
      'internal',
    );
  try {
    encodeEvent(broken[0] as never);
  } catch (fault) {
    const why = ((fault as LedgerFault).cause as Error).message;
    assert.match(why, '/tenant (pattern)');
    assert.not.match(why, 'Lovelace');
  }
});

codec('what cannot be read for certain is not read at all', () => {
  const event = eventOf('fact-recorded');
  const { tenant: _, ...incomplete } = event;
  const texts = ['', '{', 'null', '7', '"text"', '[]', '{}'].concat(
    [
      { ...event, version: 99 },
      { ...event, version: 0 },
      { ...event, version: '2' },
      { ...event, type: 'unheard-of' },
      { ...event, type: '__proto__' },
      { ...event, extra: 1 },
      { ...event, data: { ...event.data, extra: 1 } },
      incomplete,
    ].map((one) => JSON.stringify(one)),
  );
  for (const text of texts)
    assert.is(
      codeOf(() => decodeEvent(text)),
      'event-unreadable',
      text.slice(0, 80),
    );
});

codec('a version is written with the number that its schema has', () => {
  for (const type of EVENT_TYPES) assert.is(eventOf(type as EventType).version, EVENTS[type].properties.version.const);
});

codec.run();
