import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PatientMasking } from '../../../adapters/masking/patient-masking.js';
import { patientOf, pseudonymOf } from '../../../adapters/masking/pseudonym.js';
import { fhirShapes } from '../../../adapters/masking/shapes.js';
import { PatientTokens } from '../../../adapters/masking/tokens.js';
import { MemoryKeyStore } from '../../../adapters/memory/key-store.js';
import { NOTHING_KNOWN } from '../../../domain/masking/known-texts.js';
import { SAFE_HARBOR } from '../../../domain/masking/plan.js';
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

test('a token with the right check that was never given out leads nowhere', async () => {
  const house = new TestVault();
  const { patientId, ring } = await newRing(house.vault);
  const random = 'ab'.repeat(16);
  const check = Buffer.from(ring.blind('mask', `token-check/${random}`), 'base64url')
    .toString('hex')
    .slice(0, 12);
  assert.is(await new PatientTokens(house.vault, ring, 'acme', patientId).textOf(`tok-${random}${check}`), undefined);
});

test('one answer gives out so many tokens; what comes after is redacted, and it says so', async () => {
  const house = new TestVault();
  const { patientId, ring } = await newRing(house.vault);
  const plan = { ...SAFE_HARBOR, rules: [{ path: 'HumanName.given', mask: { kind: 'tokenize' as const } }] };
  const masking = new PatientMasking({
    shapes: fhirShapes(),
    ring,
    tokens: new PatientTokens(house.vault, ring, 'acme', patientId),
    plan,
    pseudonym: patientId,
    known: NOTHING_KNOWN,
    scrub: (text) => text,
    nowYear: 2026,
  });
  const given = Array.from({ length: 501 }, (_, nth) => `Zoe${nth}`);
  const [result] = await masking.mask([{ source: 'ehr', resource: { resourceType: 'Patient', name: [{ given }] } }]);
  assert.ok(result?.kind === 'masked');
  const [name] = result.resource['name'] as unknown as { given: string[] }[];
  assert.is(new Set(name?.given).size, 500);
  assert.ok(name?.given.every((token) => TOKEN.test(token)));
  assert.equal(result.refused, [{ path: 'Patient.name.given', code: 'too-many-tokens' }]);
});

test.run();
