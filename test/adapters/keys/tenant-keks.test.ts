import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StoredKeyDirectory } from '../../../adapters/keys/directory.js';
import { keysSaid } from '../../../adapters/keys/keys-said.js';
import { TenantKeks } from '../../../adapters/keys/tenant-keks.js';
import { MemoryKeyStore } from '../../../adapters/memory/key-store.js';
import type { LedgerFault } from '../../../domain/rejections.js';
import { MemoryRootKeys } from '../../support/root-keys.js';

const test = suite('key-encryption keys of tenants in memory, and what the log says of them');

test('of more orders than are read at once, all count', async () => {
  const ordered = (n: number) => ({ event: { id: `e${n}`, type: 'key-compromise-reported', data: { reportId: `r${n}` } }, revision: n, position: `${n}` });
  const all = Array.from({ length: 501 }, (_, n) => ordered(n));
  const log = { readStream: async (_: string, { from, limit }: { from: number; limit: number }) => all.slice(from, from + limit) };
  const { reports, state } = await keysSaid(log as never, 'acme');
  assert.equal([reports.size, state.reports.size], [501, 501]);
});

test('of many tenants the keys that were longest unused leave memory, and all still unwrap', async () => {
  const [store, root] = [new MemoryKeyStore(), new MemoryRootKeys()];
  const keks = new TenantKeks(store, root, Date.now, Number.POSITIVE_INFINITY, 2);
  const place = (tenant: string) => ({ tenant, owner: 'tenant', keyId: 'k', generation: 1 });
  const secret = new Uint8Array(32).fill(7);
  const rows = [];
  for (const tenant of ['a', 'b', 'c']) rows.push({ ...place(tenant), ...(await keks.wrap(place(tenant), secret)) });
  for (const row of rows) assert.equal(new Uint8Array(await keks.unwrap(row)), secret);
  keks.wipe();
  for (const row of rows) assert.equal(new Uint8Array(await keks.unwrap(row)), secret);
  const moved = { ...(rows[0] as (typeof rows)[number]), owner: 'other' };
  assert.is(await keks.unwrap(moved).catch((fault: LedgerFault) => fault.code), 'key-unreadable');
});

test('a key that went from the store while it was the current one wraps nothing', async () => {
  const store = new MemoryKeyStore();
  const keks = new TenantKeks(store, new MemoryRootKeys(), Date.now);
  await store.removeKek('a', await keks.currentId('a'));
  const fault = await keks.wrap({ tenant: 'a', owner: 'tenant', keyId: 'k', generation: 1 }, new Uint8Array(32)).catch((thrown: LedgerFault) => thrown.code);
  assert.is(fault, 'key-unreadable');
});

test('after a key that left use, the tenant gets one of the next generation', async () => {
  const store = new MemoryKeyStore();
  const keks = new TenantKeks(store, new MemoryRootKeys(), Date.now);
  const former = await keks.currentId('a');
  await store.setKekState('a', former, 'deactivated');
  keks.forgetCurrent('a');
  const current = await keks.currentId('a');
  assert.is.not(current, former);
  assert.equal(
    (await store.keks('a')).map(({ generation, state }) => [generation, state]),
    [
      [1, 'deactivated'],
      [2, 'active'],
    ],
  );
});

test('of a tenant that has no keys none is current, and none is known; the root has one all the same', async () => {
  const root = new MemoryRootKeys();
  const directory = new StoredKeyDirectory(new MemoryKeyStore(), root);
  for (const level of ['tenant', 'tenant-secret', 'index', 'patient'] as const) {
    assert.is(await directory.currentKeyId('a', level, 'p1'), null, level);
    assert.is(await directory.knows('a', level, 'p1', 'k'), false, level);
  }
  assert.is(await directory.currentKeyId('a', 'root', null), await root.currentId());
});

test.run();
