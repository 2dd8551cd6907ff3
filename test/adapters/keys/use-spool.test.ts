import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Segment, UseSpool } from '../../../adapters/keys/use-spool.js';
import type { CountedUse } from '../../../adapters/keys/uses.js';
import { KEY_OPERATIONS } from '../../../schemas/events/keys-used.js';

const test = suite<{ folder: string }>('files of uses that are not in the log yet');

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'use-spool-'));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

const segment = (): Segment => ({ writer: randomUUID(), segment: randomUUID() });
const pathOf = (folder: string, { writer, segment: name }: Segment) => join(folder, `key-uses.${writer}.${name}`);

const anyUse: fc.Arbitrary<CountedUse> = fc.record(
  {
    tenant: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.@-]{0,20}$/),
    owner: fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((owner) => owner.length <= 100),
    user: fc.record(
      {
        subject: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.@-]{0,20}$/),
        purpose: fc.constantFrom('TREAT', 'SYSADMIN'),
        reason: fc.constantFrom('read-record', 'record-fact'),
      },
      { noNullPrototype: true },
    ),
    operation: fc.constantFrom(...KEY_OPERATIONS),
    scope: fc.constantFrom('allergies', 'generation-2', `~${'a'.repeat(22)}`),
    count: fc.integer({ min: 1, max: 1_000_000 }),
  },
  { noNullPrototype: true },
);

test('whatever was written is read as it was, wherever the file is cut: whole lines stay, and no other', ({ folder }) => {
  fc.assert(
    fc.property(fc.array(anyUse, { minLength: 1, maxLength: 20 }), fc.nat(), (uses, cut) => {
      const spool = new UseSpool(folder);
      const at = segment();
      spool.begin(at);
      spool.write(uses.slice(0, 1));
      spool.write(uses.slice(1));
      spool.end();
      assert.equal(spool.read(at), { uses, damagedLines: 0 });
      const lines = uses.map(({ tenant, owner, user, operation, scope, count }) =>
        JSON.stringify([tenant, owner, user.subject, user.purpose, user.reason, operation, scope, count]),
      );
      const bytes = Buffer.from(`${lines.join('\n')}\n`).subarray(0, cut % (Buffer.byteLength(lines.join('\n')) + 2));
      writeFileSync(pathOf(folder, at), bytes);
      const whole = bytes.filter((byte) => byte === 10).length;
      assert.equal(spool.read(at), { uses: uses.slice(0, whole), damagedLines: 0 });
      spool.remove(at);
    }),
    { numRuns: 100 },
  );
});

test('whatever stands in a line, it is a use or it is counted as damaged', ({ folder }) => {
  const spool = new UseSpool(folder);
  const at = segment();
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(fc.string(), fc.json()).map((text) => text.replaceAll('\n', ' ')),
        { maxLength: 10 },
      ),
      (lines) => {
        writeFileSync(pathOf(folder, at), lines.map((line) => `${line}\n`).join(''));
        assert.equal(spool.read(at), { uses: [], damagedLines: lines.length });
      },
    ),
    { numRuns: 200 },
  );
});

test('what processes before this one left is listed oldest first, and nothing else in the folder', ({ folder }) => {
  const spool = new UseSpool(folder);
  const left = Array.from({ length: 8 }, segment);
  for (const [index, at] of left.entries()) {
    spool.begin(at);
    spool.end();
    utimesSync(pathOf(folder, at), 1000 + index, 1000 + index);
  }
  writeFileSync(join(folder, 'notes.txt'), 'by hand');
  assert.equal(new UseSpool(folder).left(), left);
});

test('only the ledger’s own account reads the files', ({ folder }) => {
  const spool = new UseSpool(join(folder, 'uses'));
  spool.begin(segment());
  spool.end();
  const [name] = readdirSync(join(folder, 'uses')) as [string];
  assert.is(statSync(join(folder, 'uses', name)).mode & 0o777, 0o600);
  assert.is(statSync(join(folder, 'uses')).mode & 0o777, 0o700);
});

test.run();
