import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { protect } from '../../../adapters/cli/keys/offline.js';
import { sayDestroyed } from '../../../adapters/cli/keys/saying.js';
import { addKeys } from '../../../adapters/cli/keys.js';
import { CliProblem } from '../../../adapters/cli/problem.js';
import { readConfig } from '../../../adapters/config.js';
import { EmbeddedKeyStore } from '../../../adapters/embedded/key-store.js';
import { openFileRoot } from '../../../adapters/keys/file-root.js';
import type { KeyStore, WrappedSecret } from '../../../adapters/keys/key-store.js';
import type { RootKeys } from '../../../adapters/keys/root.js';
import { TenantKeks } from '../../../adapters/keys/tenant-keks.js';
import { layout, openEventStore } from '../../../adapters/stores.js';
import type { LedgerFault } from '../../../domain/rejections.js';
import type { EventOf } from '../../../schemas/catalogue.js';
import { ONE, openQuick, parsed, QUICK, refusal, TWO } from '../../support/key-files.js';
import { KEY_NAME, vaultSetting } from '../../support/vault-transit/setting.js';
import { quietly, run } from './terminal.js';

interface World {
  env: Record<string, string>;
  keyFile: string;
  file: (name: string, content: Uint8Array) => string;
}

const test = suite<World>('keys without a ledger', {} as World);

const keys = (env: World['env'], ...words: string[]) => run(addKeys, ['keys', ...words], env);
const refused = async (env: World['env'], ...words: string[]) => {
  const { fault } = await keys(env, ...words);
  assert.instance(fault, CliProblem);
  return fault?.message ?? '';
};

test.before.each((world) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'offline-keys-'));
  const env = { DATA_DIR: dataDir };
  const file = (name: string, content: Uint8Array) => {
    writeFileSync(join(dataDir, name), content, { mode: 0o600 });
    return join(dataDir, name);
  };
  const { root } = readConfig(env);
  Object.assign(world, { env, file, keyFile: root.provider === 'file' ? root.path : '' });
});
test.after.each(({ env }) => rmSync(env['DATA_DIR'] ?? '', { recursive: true }));

/** A key file, and two tenants with a secret each, as a ledger would have made them. */
async function made({ env, keyFile }: World, more: (store: KeyStore, root: RootKeys) => Promise<void> = async () => undefined): Promise<string> {
  const root = await openFileRoot({ path: keyFile, passphrases: [], create: true });
  const store = new EmbeddedKeyStore(layout.keys(env['DATA_DIR'] ?? ''));
  const keks = new TenantKeks(store, root, Date.now);
  for (const tenant of ['north', 'south']) await store.add({ ...secretOf(tenant), ...(await keks.wrap(secretOf(tenant), Buffer.alloc(32, 7))) });
  const rootId = await root.currentId();
  await more(store, root);
  await store.close();
  await root.close();
  return rootId;
}

const secretOf = (tenant: string): Omit<WrappedSecret, 'kekId' | 'wrapped'> => ({
  ...{ tenant, owner: 'tenant', generation: 1, keyId: `secret-of-${tenant}` },
  ...{ state: 'active', createdAt: '2026-11-23T12:00:00.000Z' },
});

test('verify opens every root key and every key of a tenant', async (world) => {
  const rootId = await made(world);
  const { out, fault } = await keys(world.env, 'verify');
  assert.is(fault, null);
  assert.match(out, `root key ${rootId} (current, made `);
  assert.match(out, /tenant north: key \S+, generation 1, active: opens\ntenant south: key \S+, generation 1, active: opens\n$/);
});

test('verify says which keys do not open, and which secrets lie under none', async (world) => {
  await made(world, async (store) => {
    const [north] = await store.keks('north');
    const [south] = await store.keks('south');
    assert.ok(north && south);
    await store.rewrapKek({ ...south, wrapped: north.wrapped }, south.rootId);
    await store.add({ ...secretOf('west'), kekId: 'gone', wrapped: 'AAAA' });
  });
  const { out, fault } = await keys(world.env, 'verify');
  assert.match(fault?.message ?? '', '2 of the keys above cannot be used');
  assert.match(
    out,
    /tenant north: .*: opens\ntenant south: .*: does not open under root key \S+\ntenant west: 1 active secrets lie under key gone, which is not there\n$/,
  );
});

test('looking makes nothing: no key file, no key store', async (world) => {
  assert.is((await keys(world.env, 'verify')).fault?.message, 'the key file is not there');
  await openFileRoot({ path: world.keyFile, passphrases: [], create: true });
  assert.match(await refused(world.env, 'verify'), 'There is no key store in ');
  assert.match(await refused(world.env, 'destroy', 'any'), 'There is no key store in ');
});

test('a root key is destroyed only when it is not current and nothing lies under it', async (world) => {
  const { env } = world;
  const former = await made(world, async (store, root) => {
    await root.rotate();
    await store.add({ ...secretOf('west'), kekId: (await root.list())[0]?.rootId ?? '', wrapped: 'AAAA' });
  });
  assert.match(await refused(env, 'destroy', 'unknown'), 'There is no such root key.');
  const current = (await openFileRoot({ path: world.keyFile, passphrases: [], create: false })).currentId();
  assert.match(await refused(env, 'destroy', await current), 'This is the current root key.');
  assert.match(await refused(env, 'destroy', former), '2 keys of tenants still lie under this root key, the first of tenant north.');
  await made(world, async (store, root) => {
    const keks = new TenantKeks(store, root, Date.now);
    for (const kek of await store.allKeks()) await keks.rewrapUnderRoot(kek);
  });
  assert.match(await refused(env, 'destroy', former), 'Secrets of tenant west still lie under this root key. Send `keys reseal --tenant west` first.');
  await made(world, (store) => store.erase('west', 'tenant'));
  const { out, fault } = await keys(env, 'destroy', former);
  assert.is(fault, null);
  assert.match(out, `Root key ${former} is destroyed.`);
  assert.equal(await saidGone(env), [`north ${former}`, `south ${former}`]);
  assert.is((await keys(env, 'verify')).fault, null);
  assert.match(await refused(env, 'destroy', former), 'There is no such root key.');
});

test('killed after a destruction was said and before it took place, the same call ends it, and says nothing twice', async (world) => {
  const { env } = world;
  const former = await made(world);
  await made(world, async (store, root) => {
    await root.rotate();
    const keks = new TenantKeks(store, root, Date.now);
    for (const kek of await store.allKeks()) await keks.rewrapUnderRoot(kek);
  });
  await sayDestroyed(readConfig(env), former, ['north']);
  assert.is((await keys(env, 'destroy', former)).fault, null);
  assert.equal(await saidGone(env), [`north ${former}`, `south ${former}`]);
});

/** A Vault whose newest root key a tenant's key lies under, and the settings that name it. */
async function inVault({ env, file }: World, rotate: (root: RootKeys) => Promise<void>) {
  const { root, vault, close } = await vaultSetting();
  mkdirSync(join(env['DATA_DIR'] ?? '', 'keys'), { mode: 0o700 });
  await rotate(root);
  const store = new EmbeddedKeyStore(layout.keys(env['DATA_DIR'] ?? ''));
  const keks = new TenantKeks(store, root, Date.now);
  await store.add({ ...secretOf('north'), ...(await keks.wrap(secretOf('north'), Buffer.alloc(32, 7))) });
  await store.close();
  const token = file('vault-token', Buffer.from(vault.token));
  const named = { ...env, KEY_PROVIDER: 'vault-transit', VAULT_URL: vault.url, VAULT_TOKEN_FILE: token, VAULT_TRANSIT_KEY: KEY_NAME };
  return { root, vault, close, named };
}

test('Vault destroys from the oldest version on: one that is not its turn is refused before anything is said', async (world) => {
  let second = '';
  const { root, named, close } = await inVault(world, async (root) => {
    await root.rotate();
    second = await root.rotate();
    await root.rotate();
  });
  assert.match(await refused(named, 'destroy', second), 'from the oldest on');
  assert.is((await root.list()).length, 4);
  await close();
});

test('a provider that fails while keys are tried ends the verification: it is no word on any key', async (world) => {
  const { vault, named, close } = await inVault(world, async () => undefined);
  assert.match((await keys(named, 'verify')).out, /tenant north: .*: opens\n$/);
  vault.failsAt = `decrypt/${KEY_NAME}`;
  const { out, fault } = await keys(named, 'verify');
  assert.is((fault as LedgerFault).code, 'keys-unavailable');
  assert.match(out, /^root key .*: opens\n$/);
  await close();
});

/** Tenants in whose logs a root key is said to be destroyed. */
async function saidGone(env: World['env']): Promise<string[]> {
  const { store } = await openEventStore(readConfig(env), () => undefined);
  const { events } = await store.readAll({ after: null, limit: 100, types: ['key-state-changed'] });
  await store.close();
  return events.map(({ event }) => `${event.tenant} ${(event as EventOf<'key-state-changed'>).data.keyId}`).sort();
}

test('no root key is destroyed on the word of a key store that is not its own', async (world) => {
  await made(world);
  const keyFile = join(world.env['DATA_DIR'] ?? '', 'keys', 'another.json');
  const another = await openFileRoot({ path: keyFile, passphrases: [], create: true });
  const former = await another.currentId();
  await another.rotate();
  assert.match(await refused({ ...world.env, KEY_FILE: keyFile }, 'destroy', former), 'names other stores than those of this key');
  assert.is((await another.list()).length, 2);
});

test('protect seals the key file under one passphrase, then under two, and says what to set', async ({ env, keyFile, file }) => {
  const before = await (await openFileRoot({ path: keyFile, passphrases: [], create: true })).list();
  const [one, two] = [file('one', ONE), file('two', TWO)];
  const none = { provider: 'file' as const, path: keyFile, passphraseFiles: [] };
  const [first, second] = [{ passphraseFile: one }, { passphraseFile: one, passphraseFile2: two }];
  await quietly(() => protect(none, first, QUICK));
  assert.equal(await (await openQuick(keyFile, ONE)).list(), before);
  assert.is(await refusal(protect(none, second, QUICK)), 'passphrases-wanted');
  const { out } = await quietly(() => protect({ ...none, passphraseFiles: [one] }, second, QUICK));
  assert.is(out, `The key file ${keyFile} is sealed. From now on: KEY_PASSPHRASE_FILE=${one} KEY_PASSPHRASE_FILE_2=${two}\n`);
  assert.equal(await (await openQuick(keyFile, ONE, TWO)).list(), before);
  assert.is(await refusal(openQuick(keyFile, TWO, ONE)), 'wrong-passphrase');
  const vault = { ...env, KEY_PROVIDER: 'vault-transit', VAULT_URL: 'https://vault.example', VAULT_TOKEN_FILE: one, VAULT_TRANSIT_KEY: 'root' };
  assert.is(await refused(vault, 'protect', '--passphrase-file', one), 'There is no key file: KEY_PROVIDER is vault-transit.');
});

test('a key file sealed on the command line has the full cost, and opens with what was printed', async (world) => {
  await made(world);
  const { env, file, keyFile } = world;
  const one = file('one', ONE);
  const { out, err, fault } = await keys(env, 'protect', '--passphrase-file', one);
  assert.is(fault, null);
  assert.match(out, `KEY_PASSPHRASE_FILE=${one}\n`);
  assert.match(err, 'It lay in clear before');
  assert.equal((await parsed(keyFile))['kdf'], { name: 'scrypt', N: 2 ** 18, r: 8, p: 1 });
  assert.is((await keys({ ...env, KEY_PASSPHRASE_FILE: one }, 'verify')).fault, null);
  assert.match((await keys(env, 'verify')).fault?.message ?? '', 'another number of passphrases was given');
});

test.run();
