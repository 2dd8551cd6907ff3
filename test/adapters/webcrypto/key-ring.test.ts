import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { KeyRing } from '../../../commands/ports.js';
import type { SealedPart } from '../../../schemas/event.js';
import { faultCode } from '../../contracts/helpers.js';
import { type RingOwner, ringFrom } from '../../support/vault.js';

const test = suite('key ring');

const OWNER: RingOwner = { tenant: 'north', owner: 'p1', keyId: randomUUID(), generation: 1 };
const PLACE = { stream: 'north.patient-p1', eventId: randomUUID(), name: 'content', scope: 'allergies' };
const SECRET = new Uint8Array(32).fill(7);
const suiteTwo = (part: SealedPart) => part as Extract<SealedPart, { suite: 2 }>;
const ringOf = (owner: Partial<RingOwner> = {}, secret = SECRET) => ringFrom({ ...OWNER, ...owner }, secret);

async function refused(ring: KeyRing, part: SealedPart, place: { stream: string; eventId: string } = PLACE, what?: string): Promise<void> {
  assert.is(await faultCode(ring.open(part, place)), 'content-unreadable', what);
}

test('what is sealed is opened as it was, by whoever holds the same secret', async () => {
  const ring = ringOf();
  for (const content of ['', '{"dose":7.0}', '„Ödem“ \u{1F489} \0 \u2028', 'x'.repeat(200_000)]) {
    const part = await ring.seal(PLACE, content);
    assert.is(await ring.open(part, PLACE), content);
    assert.is(await ringOf().open(JSON.parse(JSON.stringify(part)) as SealedPart, PLACE), content);
  }
});

test('a sealed part says where it belongs and under which key, and shows nothing of the content', async () => {
  const { nonce, commitment, box, ...head } = suiteTwo(await ringOf().seal(PLACE, 'penicillin'));
  assert.equal(head, { name: 'content', scope: 'allergies', suite: 2, keyId: OWNER.keyId, generation: 1 });
  assert.equal(
    [nonce, commitment].map((text) => Buffer.from(text, 'base64url').length),
    [24, 32],
  );
  assert.is(Buffer.from(box, 'base64url').length, 'penicillin'.length + 16);
  assert.not(Buffer.from(box, 'base64url').toString('latin1').includes('penicillin'));
});

test('any flipped bit of nonce, commitment or box makes it unreadable', async () => {
  const ring = ringOf();
  const part = suiteTwo(await ring.seal(PLACE, 'penicillin'));
  for (const field of ['nonce', 'commitment', 'box'] as const) {
    const bytes = Buffer.from(part[field], 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      await refused(ring, { ...part, [field]: flipped.toString('base64url') }, PLACE, `${field} bit ${bit}`);
    }
  }
});

test('a part is bound to its stream, event, name, scope, suite, key and generation', async () => {
  const ring = ringOf();
  const part = await ring.seal(PLACE, 'penicillin');
  await refused(ring, part, { ...PLACE, stream: 'north.patient-p2' });
  await refused(ring, part, { ...PLACE, eventId: randomUUID() });
  const moved: Partial<Record<keyof SealedPart, unknown>>[] = [
    { name: 'other' },
    { scope: 'conditions' },
    { suite: 1 },
    { keyId: randomUUID() },
    { generation: 2 },
  ];
  for (const change of moved) await refused(ring, { ...part, ...change } as SealedPart, PLACE, JSON.stringify(change));
});

test('another tenant, another key id, another generation or another secret does not open it', async () => {
  const part = await ringOf().seal(PLACE, 'penicillin');
  await refused(ringOf({ tenant: 'south' }), part);
  await refused(ringOf({}, new Uint8Array(32).fill(8)), part);
  const rotated = ringOf({ generation: 2 });
  await refused(rotated, part);
  await refused(rotated, { ...part, generation: 2 });
  const renamed = randomUUID();
  await refused(ringOf({ keyId: renamed }), { ...part, keyId: renamed });
});

test('damaged parts are unreadable, not crashes', async () => {
  const ring = ringOf();
  const part = await ring.seal(PLACE, 'penicillin');
  for (const change of [
    { box: '' },
    { box: 'AAAA' },
    { box: 'not base64url!' },
    { nonce: '' },
    { nonce: 'AAAA' },
    { commitment: '' },
    { nonce: `${(part as { nonce: string }).nonce}AAAA` },
    { box: part.box.slice(0, -4) },
    { box: `${part.box}AAAA` },
  ])
    await refused(ring, { ...part, ...change });
});

test('sealing the same twice gives different nonces and boxes', async () => {
  const ring = ringOf();
  const parts = await Promise.all(Array.from({ length: 500 }, () => ring.seal(PLACE, 'penicillin')));
  assert.is(new Set(parts.map(({ nonce }) => nonce)).size, 500);
  assert.is(new Set(parts.map(({ box }) => box)).size, 500);
});

test('scopes have keys of their own', async () => {
  const ring = ringOf();
  const [left, right] = [await ring.seal(PLACE, 'x'), await ring.seal({ ...PLACE, scope: 'conditions' }, 'x')];
  await refused(ring, { ...left, scope: right.scope });
  await refused(ring, { ...right, nonce: left.nonce, box: left.box });
});

test('a blind token has 22 base64url letters, and is the same for the same purpose and text only', async () => {
  const ring = ringOf();
  const token = ring.blind('identity', 'rxnorm|7980');
  assert.match(token, /^[A-Za-z0-9_-]{22}$/);
  assert.is(ring.blind('identity', 'rxnorm|7980'), token);
  assert.is(ringOf().blind('identity', 'rxnorm|7980'), token);
  const purposes = ['record', 'identity', 'value', 'content', 'claim', 'identifier', 'idempotency', 'input'] as const;
  assert.is(new Set(purposes.map((purpose) => ring.blind(purpose, 'rxnorm|7980'))).size, purposes.length);
  assert.is.not(ring.blind('identity', 'rxnorm|7981'), token);
  assert.is.not(ringOf({}, new Uint8Array(32).fill(8)).blind('identity', 'rxnorm|7980'), token);
});

test('names outlive a change of the sealing keys', async () => {
  assert.is(ringOf({ generation: 2, keyId: randomUUID() }).blind('record', 'a'), ringOf().blind('record', 'a'));
});

test('what the first version of the program sealed still opens, and its names are the same', async () => {
  const golden = JSON.parse(readFileSync('test/fixtures/golden-seals/suite-1.json', 'utf8')) as {
    owner: RingOwner;
    secretHex: string;
    place: { stream: string; eventId: string };
    parts: { text: string; part: SealedPart }[];
    names: { identity: string; record: string };
  };
  const ring = ringFrom(golden.owner, new Uint8Array(Buffer.from(golden.secretHex, 'hex')));
  for (const { part, text } of golden.parts) {
    assert.is(await ring.open(part, golden.place), text);
    const bytes = Buffer.from(part.box, 'base64url');
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    await refused(ring, { ...part, box: bytes.toString('base64url') }, golden.place);
    await refused(ring, { ...part, box: Buffer.from(part.box, 'base64url').subarray(0, -12).toString('base64url') }, golden.place, 'a tag cut to four bytes');
  }
  assert.equal({ identity: ring.blind('identity', 'rxnorm|7980'), record: ring.blind('record', 'a') }, golden.names);
});

test('a sensitive scope is not named in clear, and its parts open for a full ring', async () => {
  const ring = ringOf();
  const part = await ring.seal({ ...PLACE, scope: 'hiv' }, 'a result');
  assert.match(part.scope, /^~[A-Za-z0-9_-]{22}$/);
  assert.is(await ring.open(part, PLACE), 'a result');
  assert.is((await ring.seal({ ...PLACE, scope: 'hiv' }, 'another')).scope, part.scope);
  assert.is.not((await ringOf({ owner: 'p2' }, new Uint8Array(32).fill(9)).seal({ ...PLACE, scope: 'hiv' }, 'a result')).scope, part.scope);
});

test('who is given the keys of some scopes holds nothing that opens the others, and cannot get more back', async () => {
  const ring = ringOf();
  const parts = await Promise.all(['allergies', 'hiv', 'hiv+substance-use', 'psychotherapy-notes'].map((scope) => ring.seal({ ...PLACE, scope }, scope)));
  const [allergy, hiv, both, notes] = parts as [SealedPart, SealedPart, SealedPart, SealedPart];
  const some = ring.limitedTo(new Set(['allergies', 'hiv']));
  assert.equal(
    parts.map((part) => some.holds(part)),
    [true, true, false, false],
  );
  assert.is(await some.open(hiv, PLACE), 'hiv');
  for (const part of [both, notes]) await refused(some, part);
  const more = some.limitedTo(new Set(['allergies', 'psychotherapy-notes']));
  assert.equal(
    parts.map((part) => more.holds(part)),
    [true, false, false, false],
  );
  assert.is(await more.open(allergy, PLACE), 'allergies');
  assert.ok(ring.limitedTo(new Set(['hiv', 'substance-use'])).holds(both));
});

test.run();
