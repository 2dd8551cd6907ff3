import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { KeysDesk } from '../../../adapters/cli/keys/online.js';
import { report, rotate, suspendOrResume } from '../../../adapters/cli/keys/orders.js';
import { type CompromiseSeen, incidentWords, type KeysOverview, type RotationSeen, type SuspensionSeen, tableOf } from '../../../adapters/cli/keys/overview.js';
import { runs } from '../../support/runs.js';
import { quietly } from './terminal.js';

const test = suite('where keys stand, in words');

const none: KeysOverview = {
  ...{ cryptoperiodDays: 730, root: { provider: 'file', keys: [] }, tenantKeys: [], secretsUnderFormerKeys: 0 },
  ...{ rotations: [], suspensions: [], compromises: [] },
};
const orderedAt = '2026-03-01T08:00:00.000Z';
const incident = {
  ...{ discoveredAt: orderedAt, events: 1, patients: 501, readers: 2, feeds: 0, digest: 'ab'.repeat(32) },
  ...{ individualsBy: '2026-04-30T08:00:00.000Z', secretaryBy: '2026-04-30T08:00:00.000Z', mediaToBeJudged: true },
};

const rotation = (change: Partial<RotationSeen> = {}): RotationSeen => ({
  ...{ rotationId: 'r1', kind: 'rotate', level: 'tenant', patientId: null, because: 'scheduled', activatesAt: null, orderedAt, left: 0 },
  ...({ completedAt: null, rewrapped: null, ...change } as { completedAt: string; rewrapped: number }),
});
const suspension = (state: string | null): SuspensionSeen => ({
  ...{ kind: 'suspend', level: 'index', patientId: null, keyId: 'k1', because: 'inquiry', orderedAt, state },
});
const compromise = (change: Partial<CompromiseSeen> = {}): CompromiseSeen => ({
  ...{ reportId: 'c1', level: 'tenant', patientId: null, keyId: 'k1', suspectedSince: orderedAt, reportedAt: orderedAt, incident: null, resealed: null },
  ...change,
});
const tenantKey = (kekId: string): KeysOverview['tenantKeys'][number] => ({
  ...{ kekId, generation: 1, state: 'active', rootId: 'root-1', age: null, secrets: [] },
});

/** The cells of the rows below a title and its head. */
function rowsUnder(title: string, overview: Partial<KeysOverview>): string[][] {
  const lines = tableOf({ ...none, ...overview }).split('\n');
  const at = lines.findIndex((line) => line.startsWith(title));
  assert.ok(at >= 0, `there is no table of ${title}`);
  return lines.slice(at + 2, lines.indexOf('', at)).map((line) => line.trim().split(/ {2,}/));
}

test('a table without rows is left out; what is always said stays', () => {
  assert.is(tableOf(none), 'A key seals for 730 days. Secrets under former tenant keys: 0.');
});

test('of a key whose making nobody kept, no age is claimed', () => {
  assert.equal(rowsUnder('Tenant keys', { tenantKeys: [tenantKey('kek-1')] }), [['kek-1', '1', 'active', 'not kept', 'none', 'root-1']]);
});

test('a rotation waits for its time, is under way with what is left, or is done with what was wrapped', () => {
  const activatesAt = '2026-03-09T00:00:00.000Z';
  const rotations = [
    rotation({ activatesAt, left: 3 }),
    rotation({ kind: 'activate', activatesAt, left: 3 }),
    rotation({ left: 2 }),
    rotation({ completedAt: '2026-03-02T00:00:00.000Z', rewrapped: 7 }),
  ];
  assert.equal(
    rowsUnder('Rotations', { rotations }).map((cells) => cells.at(-1)),
    ['waits for 2026-03-09T00:00:00Z', 'under way, 3 left', 'under way, 2 left', '2026-03-02T00:00:00Z, 7 wrapped anew'],
  );
});

test('a suspension is under way until the key is as was ordered', () => {
  const suspensions = [suspension(null), suspension('suspended')];
  assert.equal(
    rowsUnder('Suspensions', { suspensions }).map((cells) => cells.at(-1)),
    ['under way', 'suspended'],
  );
});

test('a compromise is worked out, then has its incident; its read models are sealed anew, and what could not be read is counted', () => {
  const compromises = [
    compromise(),
    compromise({ incident, resealed: { parts: 1, unreadable: 0 } }),
    compromise({ incident, resealed: { parts: 12, unreadable: 2 } }),
  ];
  assert.equal(
    rowsUnder('Compromises', { compromises }).map((cells) => cells.slice(-2)),
    [
      ['being worked out', 'under way'],
      ['1 event, 501 patients; individuals by 2026-04-30', '1 part'],
      ['1 event, 501 patients; individuals by 2026-04-30', '12 parts, 2 unreadable'],
    ],
  );
});

test('a table shows the latest ten of its list and says how many there are', () => {
  const rotations = Array.from({ length: 12 }, (_, at) => rotation({ rotationId: `r${at}` }));
  assert.match(tableOf({ ...none, rotations }), /^Rotations, the latest 10 of 12\n/);
  assert.equal(
    rowsUnder('Rotations', { rotations }).map(([id]) => id),
    Array.from({ length: 10 }, (_, at) => `r${at + 2}`),
  );
});

test('the cells of every column begin below each other, however long they are', () => {
  const id = fc.stringMatching(/^[a-z0-9-]{1,60}$/);
  fc.assert(
    fc.property(fc.array(id, { minLength: 1, maxLength: 5 }), (ids) => {
      const [, head = '', ...rows] = tableOf({ ...none, tenantKeys: ids.map(tenantKey) }).split('\n');
      for (const row of rows.slice(0, ids.length)) {
        assert.is(row.indexOf(' not kept'), head.indexOf(' made'));
        assert.is(row.indexOf(' root-1'), head.indexOf(' under root key'));
      }
    }),
    { numRuns: runs(50) },
  );
});

test('the media are named only where an incident may concern more than 500', () => {
  assert.match(incidentWords(compromise(), incident), 'judge 45 CFR 164.406');
  assert.not.match(incidentWords(compromise(), { ...incident, mediaToBeJudged: false }), '164.406');
});

/** A ledger that takes orders and is slower than anybody waits: it is looked at once. */
function slowDesk(seen: Partial<KeysOverview>): { readonly desk: KeysDesk; readonly sent: string[] } {
  const sent: string[] = [];
  const keys = { ...none, ...seen };
  const send = async (command: string) => {
    sent.push(command);
    return {};
  };
  const get = async () => JSON.stringify(keys);
  return { sent, desk: { url: 'http://ledger.example', get, send, keys: async () => ({ text: await get(), keys }), until: async (see) => see(keys) } };
}

test('an order that takes longer than anybody waits is said to go on, not to be done', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orders-'));
  const descriptionFile = join(folder, 'description');
  writeFileSync(descriptionFile, 'A laptop went missing.');
  const activatesAt = '2026-03-09T00:00:00.000Z';
  const orders: readonly (readonly [command: string, words: string, seen: Partial<KeysOverview>, order: (desk: KeysDesk) => Promise<void>])[] = [
    ['rotate-key', 'Ordered, and still under way', { rotations: [rotation()] }, (desk) => rotate(desk, { level: 'tenant' })],
    ['rotate-key', 'shows when the next key is there', { tenantKeys: [tenantKey('kek-1')] }, (desk) => rotate(desk, { level: 'tenant', activatesAt })],
    [
      'suspend-key',
      'not carried out yet',
      { suspensions: [suspension(null)] },
      (desk) => suspendOrResume(desk, 'suspend-key', { level: 'index', because: 'inquiry' }),
    ],
    [
      'report-key-compromise',
      'still being worked out',
      { compromises: [compromise()] },
      (desk) => report(desk, 'tenant', { since: orderedAt, descriptionFile }),
    ],
  ];
  for (const [command, words, seen, order] of orders) {
    const { desk, sent } = slowDesk(seen);
    const { out } = await quietly(() => order(desk));
    assert.equal(sent, [command]);
    assert.match(out, words);
    assert.match(out, '`keys list` shows');
  }
  rmSync(folder, { recursive: true });
});

test.run();
