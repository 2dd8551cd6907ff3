import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LedgerFault } from '../../domain/rejections.js';
import type { KeyRing, PartPlace } from '../../domain/rings.js';
import type { SealedPart } from '../../schemas/event.js';
import { newRing, TestVault } from '../support/vault.js';

interface World {
  ring: KeyRing;
  other: KeyRing;
  abroad: KeyRing;
  place: PartPlace;
  part: SealedPart;
  sensitive: SealedPart;
}

const test = suite<World>('sealed parts that were damaged or moved', {} as World);
const CONTENT = '{"valueQuantity":{"value":7.0},"note":"Näßling"}';
const BYTES = ['nonce', 'commitment', 'box'] as const;
const WORDS = ['name', 'scope', 'keyId'] as const;
type Fields = Record<string, unknown> & { nonce: string; commitment: string; box: string };

test.before(async (world) => {
  const { vault } = new TestVault();
  const { patientId, ring } = await newRing(vault);
  const place = { stream: `acme.patient-${patientId}`, eventId: randomUUID(), name: 'content', scope: 'allergies' };
  const part = await ring.seal(place, CONTENT);
  const sensitive = await ring.seal({ ...place, name: 'hidden', scope: 'hiv' }, 'positive');
  const [{ ring: other }, { ring: abroad }] = [await newRing(vault), await newRing(vault, 'other')];
  Object.assign(world, { ring, other, abroad, place, part, sensitive });
});

/** Whatever was done to a part, there is one answer to it, and it says nothing. */
async function refused(opening: Promise<string>, how: string): Promise<void> {
  const opened = await opening.catch((fault: unknown) => fault);
  assert.instance(opened, LedgerFault, `${how} opened`);
  assert.is((opened as LedgerFault).code, 'content-unreadable', how);
  assert.not.match(String((opened as Error).cause), /valueQuantity|Näßling|positive/);
}

const changed = (part: SealedPart, member: string, value: unknown) => ({ ...part, [member]: value }) as SealedPart;
const bytesOf = (part: SealedPart, member: string) => Buffer.from(String((part as unknown as Fields)[member]), 'base64url');

test('what was sealed opens as it was', async ({ ring, part, place, sensitive }) => {
  assert.is(await ring.open(part, place), CONTENT);
  assert.is(await ring.open(sensitive, place), 'positive');
  assert.is(part.suite, 2);
});

for (const member of BYTES) {
  test(`a bit flipped in any byte of the ${member} is refused`, async ({ ring, part, place }) => {
    const bytes = bytesOf(part, member);
    for (let at = 0; at < bytes.length * 8; at += 1) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
      await refused(ring.open(changed(part, member, flipped.toString('base64url')), place), `bit ${at} of ${member}`);
    }
  });

  test(`a ${member} that is cut, longer, empty or otherwise written is refused`, async ({ ring, part, place }) => {
    const bytes = bytesOf(part, member);
    const text = bytes.toString('base64url');
    for (let length = 0; length < bytes.length; length += 1) {
      await refused(ring.open(changed(part, member, bytes.subarray(0, length).toString('base64url')), place), `${member} of ${length} bytes`);
    }
    for (const written of [`${text}AA`, `${text}=`, bytes.toString('hex'), text.toUpperCase(), ` ${text}`, `${text}\n`, '!!!!', undefined, null, 7, {}, []]) {
      await refused(ring.open(changed(part, member, written), place), `${member} as ${typeof written}`);
    }
  });
}

for (const member of WORDS) {
  test(`a letter changed anywhere in the ${member} is refused`, async ({ ring, part, sensitive, place }) => {
    for (const one of [part, sensitive]) {
      const text = String((one as unknown as Fields)[member]);
      for (let at = 0; at < text.length; at += 1) {
        const letter = text[at] === 'a' ? 'b' : 'a';
        await refused(ring.open(changed(one, member, `${text.slice(0, at)}${letter}${text.slice(at + 1)}`), place), `letter ${at} of ${member}`);
      }
      await refused(ring.open(changed(one, member, ''), place), `no ${member}`);
    }
  });
}

test('another generation, or another suite, is refused', async ({ ring, part, place }) => {
  for (const generation of [0, -1, 2, 1.5, 2 ** 53, Number.NaN, '1', null])
    await refused(ring.open(changed(part, 'generation', generation), place), `generation ${generation}`);
  for (const suite of [0, 3, '2', null, undefined]) await refused(ring.open(changed(part, 'suite', suite), place), `suite ${suite}`);
  // A reader must not be talked into the older form, which commits to no key.
  const { nonce } = part as unknown as Fields;
  for (const short of [nonce.slice(0, 16), nonce.slice(16), nonce])
    await refused(ring.open({ ...part, suite: 1, nonce: short } as unknown as SealedPart, place), 'suite 1');
});

test('a part that was moved to another event, stream, name, scope, patient or tenant is refused', async ({ ring, other, abroad, part, place }) => {
  await refused(ring.open(part, { ...place, eventId: randomUUID() }), 'another event');
  await refused(ring.open(part, { ...place, stream: `acme.patient-${randomUUID()}` }), 'another stream');
  await refused(ring.open(part, { ...place, stream: place.stream.replace('acme', 'other') }), 'the stream of another tenant');
  await refused(ring.open(part, { stream: place.eventId, eventId: place.stream }), 'stream and event exchanged');
  await refused(other.open(part, place), 'another patient');
  await refused(abroad.open(part, place), 'another tenant');
});

test('the key id and generation of another patient do not make a part theirs', async ({ other, part, place }) => {
  const theirs = await other.seal(place, 'theirs');
  await refused(other.open({ ...part, keyId: theirs.keyId, generation: theirs.generation } as SealedPart, place), 'their key id');
});

test('parts of one event that were exchanged, whole or by halves, are refused', async ({ ring, part, sensitive, place }) => {
  for (const members of [['name'], ['scope'], ['name', 'scope'], ['box'], ['nonce'], ['commitment'], ['nonce', 'commitment'], ['nonce', 'commitment', 'box']]) {
    const from = Object.fromEntries(members.map((member) => [member, (sensitive as unknown as Fields)[member]]));
    await refused(ring.open({ ...part, ...from } as SealedPart, place), members.join(' and '));
  }
});

test('the same part of an earlier seal is another part: nothing of the two can be mixed', async ({ ring, part, place }) => {
  const again = await ring.seal(place, CONTENT);
  for (const member of BYTES) await refused(ring.open(changed(part, member, (again as unknown as Fields)[member]), place), member);
});

test('whatever bytes stand where a part was, they never open', async ({ ring, part, place }) => {
  const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size }).map((array) => Buffer.from(array).toString('base64url'));
  const forged = fc.record({
    nonce: bytes(24),
    commitment: bytes(32),
    box: fc.uint8Array({ minLength: 16, maxLength: 200 }).map((array) => Buffer.from(array).toString('base64url')),
  });
  await fc.assert(
    fc.asyncProperty(forged, (fields) => refused(ring.open({ ...part, ...fields } as SealedPart, place), 'random bytes')),
    { numRuns: 200 },
  );
});

test('whatever was sealed, no change of one byte anywhere gives other content', async ({ ring, place }) => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom(...BYTES),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (content, member, where, by) => {
        const part = await ring.seal(place, content);
        const bytes = bytesOf(part, member);
        const at = where % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(at) ^ by, at);
        await refused(ring.open(changed(part, member, bytes.toString('base64url')), place), `byte ${at} of ${member}`);
      },
    ),
    { numRuns: 200 },
  );
});

test.run();
