import { randomUUID } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type RingOwner, SecretKeyRing } from '../../../adapters/webcrypto/key-ring.js';
import type { KeyRing } from '../../../commands/ports.js';
import type { SealedPart } from '../../../schemas/event.js';
import { faultCode } from '../../contracts/helpers.js';

const test = suite('key ring');

const OWNER: RingOwner = { tenant: 'north', owner: 'p1', keyId: randomUUID(), generation: 1 };
const PLACE = { stream: 'north.patient-p1', eventId: randomUUID(), name: 'content', scope: 'allergy' };
const SECRET = new Uint8Array(32).fill(7);
const ringOf = (owner: Partial<RingOwner> = {}, secret = SECRET) => SecretKeyRing.of({ ...OWNER, ...owner }, secret);

async function refused(ring: KeyRing, part: SealedPart, place: { stream: string; eventId: string } = PLACE, what?: string): Promise<void> {
  assert.is(await faultCode(ring.open(part, place)), 'content-unreadable', what);
}

test('what is sealed is opened as it was, by whoever holds the same secret', async () => {
  const ring = await ringOf();
  for (const content of ['', '{"dose":7.0}', '„Ödem“ \u{1F489} \0 \u2028', 'x'.repeat(200_000)]) {
    const part = await ring.seal(PLACE, content);
    assert.is(await ring.open(part, PLACE), content);
    assert.is(await (await ringOf()).open(JSON.parse(JSON.stringify(part)) as SealedPart, PLACE), content);
  }
});

test('a sealed part says where it belongs and under which key, and shows nothing of the content', async () => {
  const { nonce, box, ...head } = await (await ringOf()).seal(PLACE, 'penicillin');
  assert.equal(head, { name: 'content', scope: 'allergy', suite: 1, keyId: OWNER.keyId, generation: 1 });
  assert.is(Buffer.from(nonce, 'base64url').length, 12);
  assert.is(Buffer.from(box, 'base64url').length, 'penicillin'.length + 16);
  assert.not(Buffer.from(box, 'base64url').toString('latin1').includes('penicillin'));
});

test('any flipped bit of nonce or box makes it unreadable', async () => {
  const ring = await ringOf();
  const part = await ring.seal(PLACE, 'penicillin');
  for (const field of ['nonce', 'box'] as const) {
    const bytes = Buffer.from(part[field], 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      await refused(ring, { ...part, [field]: flipped.toString('base64url') }, PLACE, `${field} bit ${bit}`);
    }
  }
});

test('a part is bound to its stream, event, name, scope, suite, key and generation', async () => {
  const ring = await ringOf();
  const part = await ring.seal(PLACE, 'penicillin');
  await refused(ring, part, { ...PLACE, stream: 'north.patient-p2' });
  await refused(ring, part, { ...PLACE, eventId: randomUUID() });
  const moved: Partial<Record<keyof SealedPart, unknown>>[] = [
    { name: 'other' },
    { scope: 'mental-health' },
    { suite: 2 },
    { keyId: randomUUID() },
    { generation: 2 },
  ];
  for (const change of moved) await refused(ring, { ...part, ...change } as SealedPart, PLACE, JSON.stringify(change));
});

test('another tenant, another key id, another generation or another secret does not open it', async () => {
  const part = await (await ringOf()).seal(PLACE, 'penicillin');
  await refused(await ringOf({ tenant: 'south' }), part);
  await refused(await ringOf({}, new Uint8Array(32).fill(8)), part);
  const rotated = await ringOf({ generation: 2 });
  await refused(rotated, part);
  await refused(rotated, { ...part, generation: 2 });
  const renamed = randomUUID();
  await refused(await ringOf({ keyId: renamed }), { ...part, keyId: renamed });
});

test('damaged parts are unreadable, not crashes', async () => {
  const ring = await ringOf();
  const part = await ring.seal(PLACE, 'penicillin');
  for (const change of [
    { box: '' },
    { box: 'AAAA' },
    { box: 'not base64url!' },
    { nonce: '' },
    { nonce: 'AAAA' },
    { box: part.box.slice(0, -4) },
    { box: `${part.box}AAAA` },
  ])
    await refused(ring, { ...part, ...change });
});

test('sealing the same twice gives different nonces and boxes', async () => {
  const ring = await ringOf();
  const parts = await Promise.all(Array.from({ length: 500 }, () => ring.seal(PLACE, 'penicillin')));
  assert.is(new Set(parts.map(({ nonce }) => nonce)).size, 500);
  assert.is(new Set(parts.map(({ box }) => box)).size, 500);
});

test('scopes have keys of their own', async () => {
  const ring = await ringOf();
  const [left, right] = [await ring.seal(PLACE, 'x'), await ring.seal({ ...PLACE, scope: 'mental-health' }, 'x')];
  await refused(ring, { ...left, scope: right.scope });
  await refused(ring, { ...right, nonce: left.nonce, box: left.box });
});

test('a blind token has 22 base64url letters, and is the same for the same purpose and text only', async () => {
  const ring = await ringOf();
  const token = ring.blind('identity', 'rxnorm|7980');
  assert.match(token, /^[A-Za-z0-9_-]{22}$/);
  assert.is(ring.blind('identity', 'rxnorm|7980'), token);
  assert.is((await ringOf()).blind('identity', 'rxnorm|7980'), token);
  const purposes = ['record', 'identity', 'value', 'content', 'claim', 'identifier', 'idempotency', 'input'] as const;
  assert.is(new Set(purposes.map((purpose) => ring.blind(purpose, 'rxnorm|7980'))).size, purposes.length);
  assert.is.not(ring.blind('identity', 'rxnorm|7981'), token);
  assert.is.not((await ringOf({}, new Uint8Array(32).fill(8))).blind('identity', 'rxnorm|7980'), token);
});

test('names outlive a change of the sealing keys', async () => {
  assert.is((await ringOf({ generation: 2, keyId: randomUUID() })).blind('record', 'a'), (await ringOf()).blind('record', 'a'));
});

test.run();
