import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { patientOf, pseudonymOf } from '../../../adapters/masking/pseudonym.js';
import { PatientTokens } from '../../../adapters/masking/tokens.js';
import { MemoryKeyStore } from '../../../adapters/memory/key-store.js';
import { newRing, TestVault } from '../../support/vault.js';

const test = suite('tokens and pseudonyms');
const TOKEN = /^tok-[0-9a-f]{44}$/;

test('a text has one token for ever, in every process and for two at once, and the token leads back to it', async () => {
  const house = new TestVault();
  const { patientId, ring } = await newRing(house.vault);
  const tokens = new PatientTokens(house.vault, ring, 'acme', patientId);
  const [first, second] = await Promise.all([tokens.tokenOf('Quimby'), tokens.tokenOf('Quimby')]);
  assert.match(first, TOKEN);
  assert.is(first, second);
  const other = house.another();
  const again = await other.vault.patientRing('acme', patientId);
  assert.ok(again !== undefined);
  const elsewhere = new PatientTokens(other.vault, again, 'acme', patientId);
  assert.is(await elsewhere.tokenOf('Quimby'), first);
  assert.is(await elsewhere.textOf(first), 'Quimby');
  assert.is.not(await tokens.tokenOf('quimby'), first);
});

test('tokens of two patients for one text differ, and none leads anywhere under the other', async () => {
  const house = new TestVault();
  const [one, two] = [await newRing(house.vault), await newRing(house.vault)];
  const tokensOf = ({ patientId, ring }: typeof one) => new PatientTokens(house.vault, ring, 'acme', patientId);
  const token = await tokensOf(one).tokenOf('Quimby');
  assert.is.not(await tokensOf(two).tokenOf('Quimby'), token);
  assert.is(await tokensOf(two).textOf(token), undefined);
});

test('a guess leads nowhere and stores nothing', async () => {
  let bound = 0;
  const house = new TestVault();
  const { patientId, ring } = await newRing(house.vault);
  const counting = {
    bind: (...all: Parameters<typeof house.vault.bind>) => {
      bound += 1;
      return house.vault.bind(...all);
    },
  };
  const tokens = new PatientTokens(counting, ring, 'acme', patientId);
  for (const guess of ['', 'tok-', `tok-${'0'.repeat(44)}`, `tok-${'f'.repeat(44)}`, 'Quimby']) assert.is(await tokens.textOf(guess), undefined);
  assert.is(bound, 0);
});

test('neither text nor token stands in the key store in clear, and nothing of an erased patient comes back', async () => {
  const store = new MemoryKeyStore();
  const house = new TestVault(store);
  const { patientId, ring } = await newRing(house.vault);
  const claims: string[] = [];
  const listening = {
    bind: (tenant: string, key: string, value: string) => {
      claims.push(key, value);
      return house.vault.bind(tenant, key, value);
    },
  };
  const tokens = new PatientTokens(listening, ring, 'acme', patientId);
  const token = await tokens.tokenOf('Quimby');
  assert.is(claims.length, 4);
  for (const text of claims) assert.not.match(text, new RegExp(`Quimby|${token}`));
  await store.erase('acme', patientId);
  house.keys.forget('acme', patientId);
  assert.is(await house.vault.patientRing('acme', patientId), undefined);
  const outcome = await tokens.textOf(token).then(
    () => 'turned back',
    () => 'refused',
  );
  assert.is(outcome, 'refused', 'not even by who still holds the ring');
});

test('a pseudonym leads back to its patient for its recipient alone, and two recipients cannot join theirs', async () => {
  const { vault } = new TestVault();
  const { patientId } = await newRing(vault);
  const ring = await vault.tenantRing('acme');
  const pseudonym = pseudonymOf(ring, 'university', patientId);
  assert.match(pseudonym, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.is(patientOf(ring, 'university', pseudonym), patientId);
  assert.is.not(pseudonymOf(ring, 'registry', patientId), pseudonym);
  assert.is.not(patientOf(ring, 'registry', pseudonym), patientId);
  assert.is.not(pseudonymOf(await vault.tenantRing('other'), 'university', patientId), pseudonym);
});

test.run();
