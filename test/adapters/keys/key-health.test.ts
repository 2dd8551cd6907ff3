import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openFileRoot } from '../../../adapters/keys/file-root.js';
import { KeyHealth } from '../../../adapters/keys/key-health.js';
import type { KeyStore } from '../../../adapters/keys/key-store.js';
import type { RootKeys } from '../../../adapters/keys/root.js';
import { MemoryKeyStore } from '../../../adapters/memory/key-store.js';
import { MemoryRootKeys } from '../../support/root-keys.js';
import { vaultSetting } from '../../support/vault-transit/setting.js';

const test = suite('how the provider of root keys does');
const DAY_MS = 86_400_000;

function watched(root: RootKeys, store: Pick<KeyStore, 'allKeks'> = new MemoryKeyStore()) {
  let nowMs = Date.now();
  const clock = { now: () => new Date(nowMs).toISOString() };
  const health = new KeyHealth({ root, store, clock, cryptoperiodDays: 730 });
  const at = async (laterMs: number) => {
    nowMs += laterMs;
    await health.look();
    return health.report;
  };
  return { health, at, now: clock.now };
}

test('a provider that went away is down since then, with the reason, and up again by itself', async () => {
  const root = new MemoryRootKeys();
  const { at, health, now } = watched(root);
  const began = now();
  assert.equal(health.report, { provider: 'file', state: 'up', since: began, code: null, expired: 0, expiring: 0 });
  root.lost = true;
  const down = await at(5000);
  assert.equal([down.state, down.since, down.code], ['down', now(), 'keys-unavailable']);
  assert.is((await at(5000)).since, down.since);
  root.lost = false;
  const up = await at(5000);
  assert.equal([up.state, up.since, up.code], ['up', now(), null]);
});

test('a key file that is away, and a Vault that is sealed, are down until they are back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'key-health-'));
  const path = join(folder, 'root.json');
  const file = watched(await openFileRoot({ path, passphrases: [], create: true }));
  assert.is((await file.at(0)).state, 'up');
  renameSync(path, `${path}.away`);
  assert.equal([(await file.at(1000)).state, file.health.report.code], ['down', 'keys-unavailable']);
  renameSync(`${path}.away`, path);
  assert.is((await file.at(1000)).state, 'up');
  rmSync(folder, { recursive: true });
  const { root, vault, close } = await vaultSetting();
  const transit = watched(root);
  assert.is((await transit.at(0)).state, 'up');
  vault.isSealed = true;
  assert.equal([(await transit.at(1000)).state, transit.health.report.provider], ['down', 'vault-transit']);
  vault.isSealed = false;
  assert.is((await transit.at(1000)).state, 'up');
  await close();
});

test('keys in use are counted whose time is over, or will be within thirty days, and those that wait or are former are not', async () => {
  const store = new MemoryKeyStore();
  const { at, now } = watched(new MemoryRootKeys(), store);
  const aged = (days: number) => new Date(Date.parse(now()) - days * DAY_MS).toISOString();
  const kek = (tenant: string, generation: number, createdAt: string, state: 'active' | 'deactivated' | 'pre-active' = 'active') =>
    store.addKek({ tenant, kekId: `${tenant}-${generation}`, generation, rootId: 'r', wrapped: 'AAAA', state, createdAt });
  await kek('north', 1, aged(800), 'deactivated');
  await kek('north', 2, aged(10));
  await kek('south', 1, aged(740));
  await kek('south', 2, aged(0), 'pre-active');
  await kek('west', 1, aged(710));
  await kek('east', 1, '');
  await kek('new', 1, aged(0), 'pre-active');
  const first = await at(0);
  assert.equal([first.expired, first.expiring], [1, 1]);
  await kek('west', 2, aged(0));
  assert.is((await at(60_000)).expiring, 1, 'ages are not looked at each time');
  assert.is((await at(600_000)).expiring, 0);
  const old = await at(720 * DAY_MS);
  assert.equal([old.expired, old.expiring], [2, 2], 'the root among them');
});

test('a key store that is away, or breaks, shows in the same place', async () => {
  const { at } = watched(new MemoryRootKeys(), { allKeks: () => Promise.reject(new Error('torn')) });
  assert.is((await at(0)).code, 'internal');
});

test('it looks again by itself, sooner while the provider is away, and not after it was stopped', async () => {
  const root = new MemoryRootKeys();
  root.lost = true;
  const { health } = watched(root);
  await health.start();
  root.lost = false;
  for (const endMs = Date.now() + 10_000; health.report.state === 'down' && Date.now() < endMs; ) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.is(health.report.state, 'up');
  await health.stop();
  const before = root.calls;
  await health.start();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(root.calls - before <= 4);
});

test.run();
