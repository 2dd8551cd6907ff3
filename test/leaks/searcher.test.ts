import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { pino } from 'pino';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Searcher } from '../support/search.js';
import { Canaries } from './canaries.js';

/** The search that finds nothing in a ledger finds what is planted: in every place, in every writing. */
const test = suite('the search for leaks');
const canaries = new Canaries();
const marker = canaries.next('Needle');
const searcher = new Searcher([marker, ...Array.from({ length: 500 }, (_, index) => canaries.next(`Other${index}`))], { anyCase: true });
let folder: string;

test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'leaks-'));
});
test.after(() => rmSync(folder, { recursive: true }));

const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16();
const WRITINGS: Readonly<Record<string, (text: string) => Buffer>> = {
  'UTF-8': (text) => Buffer.from(text),
  'lower case': (text) => Buffer.from(text.toLowerCase()),
  'upper case': (text) => Buffer.from(text.toUpperCase()),
  'UTF-16LE': (text) => Buffer.from(text, 'utf16le'),
  'UTF-16BE': (text) => swapped(text),
  base64: (text) => Buffer.from(Buffer.from(text).toString('base64')),
  base64url: (text) => Buffer.from(Buffer.from(text).toString('base64url')),
  hex: (text) => Buffer.from(Buffer.from(text).toString('hex')),
  HEX: (text) => Buffer.from(Buffer.from(text).toString('hex').toUpperCase()),
  'an address': (text) => Buffer.from(encodeURIComponent(`ü${text}&x`)),
  'an address with every byte escaped': (text) => Buffer.from(Buffer.from(text).toString('hex').replace(/../g, '%$&')),
  'JSON escapes': (text) => Buffer.from([...text].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')),
  gzip: (text) => gzipSync(text),
};

for (const [name, write] of Object.entries(WRITINGS)) {
  test(`finds a text written in ${name}, wherever it begins`, () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 7 }), fc.string({ maxLength: 7 }), (before, after) => {
        // UTF-16 shifts by whole units, everything else by bytes.
        const hits = searcher.inBytes('hay', write(`${before}${marker}${after}`));
        assert.ok(hits.some((hit) => hit.marker === marker));
      }),
      { numRuns: 50 },
    );
  });
}

test('finds it in a file among random bytes, in the name of a file, and in a file within folders', () => {
  const deep = join(folder, 'a', 'b');
  mkdirSync(deep, { recursive: true });
  writeFileSync(join(deep, 'store.db'), Buffer.concat([Buffer.alloc(100_003, 0xa5), swapped(marker), Buffer.alloc(5, 0xa5)]));
  writeFileSync(join(folder, `${marker}.txt`), '');
  const { hits, files } = searcher.inFolder(folder);
  assert.is(files, 2);
  assert.equal(hits.map(({ encoding }) => encoding).sort(), ['UTF-16BE', 'UTF-8']);
});

test('finds what a careless log line would hold', () => {
  let written = '';
  const log = pino({ level: 'trace' }, { write: (line: string) => (written += line) });
  log.info({ url: `/v1/patients?identifier=${encodeURIComponent(`urn:x|${marker}`)}` }, 'request');
  assert.is(searcher.inText('the log', written).length, 1);
});

test('finds a key by its bytes, in hex and in base64, and speaks of it by name only', () => {
  const bytes = Buffer.from('00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', 'hex');
  const keys = new Searcher([{ name: 'the root key', bytes }]);
  for (const hay of [Buffer.concat([Buffer.alloc(3), bytes]), Buffer.from(bytes.toString('hex')), Buffer.from(`x${bytes.toString('base64url')}`)]) {
    assert.is(keys.inBytes('hay', hay)[0]?.marker, 'the root key');
  }
});

test('finds a text of German letters, and a short one only where it stands alone', () => {
  const words = new Searcher(['Näßling äöü', 'E66.01']);
  assert.is(words.inText('hay', `"${JSON.stringify('Näßling äöü')}"`).length, 1);
  assert.is(words.inText('hay', 'code=E66.01;').length, 1);
  assert.is(words.inText('hay', 'abcE66.01abc').length, 0);
});

test('finds nothing where nothing is', () => {
  assert.equal(searcher.inText('hay', 'nothing of the kind, in no writing whatsoever'), []);
  assert.equal(searcher.inBytes('hay', Buffer.alloc(3)), []);
});

test.run();
