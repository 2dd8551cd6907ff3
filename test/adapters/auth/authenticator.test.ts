import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64url, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Authenticator } from '../../../adapters/auth/authenticator.js';
import { DevelopmentIssuer } from '../../../adapters/auth/development-issuer.js';

interface World {
  folder: string;
  path: string;
  issuer: DevelopmentIssuer;
  nowMs: number;
  authenticator: Authenticator;
}

const test = suite<World>('who stands behind a token', {} as World);

const REQUEST = { tenant: 'acme', subject: 'dr-1', roles: ['clinician'], purpose: 'TREAT', organization: 'north', mfa: false, ttlSeconds: 60 };

test.before.each(async (world) => {
  world.folder = mkdtempSync(join(tmpdir(), 'auth-'));
  world.path = join(world.folder, 'keys', 'issuer.json');
  world.issuer = await DevelopmentIssuer.open(world.path);
  world.nowMs = Date.now();
  world.authenticator = await Authenticator.of(world.issuer, () => world.nowMs);
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

const callerOf = async ({ authenticator }: World, token: string) => authenticator.authenticate(`Bearer ${token}`);

/** A token of the issuer's own key, with anything in it. */
async function forged({ path }: World, claims: object, change: (jwt: SignJWT) => SignJWT = (jwt) => jwt): Promise<string> {
  const key = await importJWK(JSON.parse(readFileSync(path, 'utf8')), 'EdDSA');
  const all = {
    sub: 'dr-1',
    tenant: 'acme',
    roles: ['clinician'],
    purpose: 'TREAT',
    iss: 'clinical-ledger-development',
    aud: 'clinical-ledger',
    exp: Math.floor(Date.now() / 1000) + 60,
    ...claims,
  };
  return change(new SignJWT(all).setProtectedHeader({ alg: 'EdDSA' })).sign(key);
}

test('a valid token is a caller with tenant, subject, roles, purpose and organization', async (world) => {
  assert.equal(await callerOf(world, await world.issuer.sign(REQUEST)), {
    tenant: 'acme',
    actor: { subject: 'dr-1', roles: ['clinician'], organization: 'north' },
    purpose: 'TREAT',
  });
});

test('a token is verified once, and then known until it expires', async (world) => {
  const token = await world.issuer.sign(REQUEST);
  const first = await callerOf(world, token);
  assert.is(world.authenticator.authenticate(`Bearer ${token}`), first, 'answered at once, from memory');
  world.nowMs += 61_000;
  assert.is(await callerOf(world, token), undefined);
});

test('no token, another scheme and no JWT are nobody', async ({ authenticator }) => {
  for (const header of [undefined, '', 'Bearer', 'Bearer ', 'Basic abc', 'Bearer abc', 'Bearer a.b.c', 'Bearer a.b.c.d.e'])
    assert.is(await authenticator.authenticate(header), undefined, header);
});

test('an expired token is nobody', async (world) => {
  assert.is(await callerOf(world, await forged(world, { exp: Math.floor(Date.now() / 1000) - 1 })), undefined);
  assert.is(await callerOf(world, await forged(world, { nbf: Math.floor(Date.now() / 1000) + 60 })), undefined);
});

test('a token that lasts for ever is nobody', async (world) => {
  assert.is(await callerOf(world, await forged(world, { exp: undefined })), undefined);
});

test('a token for another audience or of another issuer is nobody', async (world) => {
  assert.ok(await callerOf(world, await forged(world, {})));
  for (const claims of [{ aud: 'another' }, { aud: undefined }, { iss: 'another' }, { iss: undefined }])
    assert.is(await callerOf(world, await forged(world, claims)), undefined, JSON.stringify(claims));
});

test('a token whose claims are missing or of another form is nobody', async (world) => {
  const bad = [
    { sub: undefined },
    { sub: 'a b' },
    { tenant: undefined },
    { tenant: 'system' },
    { tenant: 'Acme' },
    { tenant: 'a.b' },
    { roles: [] },
    { roles: 'clinician' },
    { purpose: undefined },
    { purpose: 'treat' },
    { organization: 7 },
  ];
  for (const claims of bad) assert.is(await callerOf(world, await forged(world, claims)), undefined, JSON.stringify(claims));
});

test('a token without a signature, or signed otherwise, is nobody', async (world) => {
  const [header, payload, signature] = (await world.issuer.sign(REQUEST)).split('.') as [string, string, string];
  const none = base64url.encode(JSON.stringify({ alg: 'none' }));
  const hmac = base64url.encode(JSON.stringify({ alg: 'HS256' }));
  for (const token of [`${none}.${payload}.`, `${none}.${payload}.${signature}`, `${hmac}.${payload}.${signature}`, `${header}.${payload}.`])
    assert.is(await callerOf(world, token), undefined);
  const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(await world.issuer.verificationKey())));
  const confused = await new SignJWT({ ...REQUEST }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(secret);
  assert.is(await callerOf(world, confused), undefined);
});

test('a token that was tampered with is nobody', async (world) => {
  const [header, payload, signature] = (await world.issuer.sign(REQUEST)).split('.') as [string, string, string];
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const raised = base64url.encode(JSON.stringify({ ...claims, roles: ['privacy-officer'] }));
  assert.is(await callerOf(world, `${header}.${raised}.${signature}`), undefined);
});

test('a token of another key is nobody', async (world) => {
  const { privateKey } = await generateKeyPair('EdDSA');
  const claims = { sub: 'dr-1', tenant: 'acme', roles: ['clinician'], purpose: 'TREAT' };
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA' })
    .setIssuer('clinical-ledger-development')
    .setAudience('clinical-ledger')
    .setExpirationTime('1h')
    .sign(privateKey);
  assert.is(await callerOf(world, token), undefined);
});

test('only so many tokens are remembered: the oldest gives way and is verified again', async (world) => {
  const tokens = await Promise.all(Array.from({ length: 3 }, (_, n) => world.issuer.sign({ ...REQUEST, subject: `dr-${n}` })));
  const small = await Authenticator.of(world.issuer, () => world.nowMs, 2);
  for (const token of tokens) await small.authenticate(`Bearer ${token}`);
  const remembered = tokens.map((token) => !(small.authenticate(`Bearer ${token}`) instanceof Promise));
  assert.equal(remembered, [false, true, true]);
});

test('the key is in a file that nobody else may read, made once and used again', async ({ path, issuer }) => {
  assert.is(statSync(path).mode & 0o777, 0o600);
  assert.is((await DevelopmentIssuer.open(path)).keyId, issuer.keyId);
});

test('of several processes that start at once one makes the key, and all use it', async ({ folder }) => {
  const path = join(folder, 'another', 'issuer.json');
  const issuers = await Promise.all(Array.from({ length: 8 }, () => DevelopmentIssuer.open(path)));
  assert.is(new Set(issuers.map(({ keyId }) => keyId)).size, 1);
});

test('a key file that is damaged or cannot be read is an error and not a new key', async ({ folder }) => {
  await DevelopmentIssuer.open(folder).then(
    () => assert.unreachable(),
    (fault) => assert.is(fault.code, 'EISDIR'),
  );
});

test.run();
