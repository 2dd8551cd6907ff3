import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Line, linesOf } from '../../../adapters/http/lines.js';

const test = suite('lines of a stream');

async function* chunks(bytes: Buffer, sizes: readonly number[], fault?: Error): AsyncGenerator<Buffer> {
  let at = 0;
  for (const size of sizes) {
    if (at >= bytes.length) break;
    yield bytes.subarray(at, at + size);
    at += size;
  }
  if (at < bytes.length) yield bytes.subarray(at);
  if (fault !== undefined) throw fault;
}

async function read(text: string | Buffer, sizes: readonly number[] = [], limit = 1000, fault?: Error): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of linesOf(chunks(Buffer.from(text as string), sizes, fault), limit)) lines.push(line);
  return lines;
}

test('however the bytes are cut, the lines are the same', async () => {
  const text = fc
    .array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', ' ', '\r', 'x'.repeat(40), 'é😀')), { maxLength: 12 })
    .map((lines) => lines.map((line) => line.replaceAll('\n', '')).join('\n'));
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 60 }), async (whole, sizes) => {
      assert.equal(await read(whole, sizes, 30), await read(whole, [], 30));
    }),
    { numRuns: 300 },
  );
});

test('every line that is not blank comes once, in order, the last one without its newline too', async () => {
  assert.equal(await read('a\n\n  \r\nb\nc'), [{ text: 'a' }, { text: 'b' }, { text: 'c' }]);
  assert.equal(await read('a\n'), [{ text: 'a' }]);
  assert.equal(await read(''), []);
});

test('a line that is too long is passed over, and those after it are read', async () => {
  assert.equal(await read(`${'x'.repeat(31)}\nfine\n${'y'.repeat(30)}\n${'z'.repeat(90)}`, [7, 7, 7, 7, 7], 30), [
    { refused: 'too-large' },
    { text: 'fine' },
    { text: 'y'.repeat(30) },
    { refused: 'too-large' },
  ]);
});

test('a line that breaks off with its connection is refused, and what was whole is kept', async () => {
  assert.equal(await read('a\nb', [1, 1, 1], 1000, new Error('reset')), [{ text: 'a' }, { refused: 'truncated-input' }]);
  assert.equal(await read('a\n', [], 1000, new Error('reset')), [{ text: 'a' }]);
});

test('bytes that are no UTF-8 are refused and not replaced', async () => {
  assert.equal(await read(Buffer.from([0x61, 0x0a, 0xff, 0xfe, 0x0a, 0x62])), [{ text: 'a' }, { refused: 'invalid-text' }, { text: 'b' }]);
});

test.run();
