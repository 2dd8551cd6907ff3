import { existsSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { generatedFiles, hashOf, isLocked, publishedSchemas } from './generated.js';

const lock = JSON.parse(readFileSync('schemas/published/hashes.json', 'utf8')) as Record<string, string>;

test('generated files are fresh: run `node dist/test/tidy/write.js` after a change', () => {
  const stale = [...generatedFiles()].filter(([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text).map(([path]) => path);
  assert.equal(stale, []);
});

test('a published event schema never changes: a change is a new version with an upcast', () => {
  const changed = [...publishedSchemas()].filter(([path, schema]) => isLocked(path) && lock[path] !== hashOf(schema)).map(([path]) => path);
  assert.equal(changed, []);
});

test('every schema that was ever published is still there, as it was published', () => {
  const wrong = Object.entries(lock)
    .filter(([path, hash]) => !existsSync(path) || hashOf(JSON.parse(readFileSync(path, 'utf8'))) !== hash)
    .map(([path]) => path);
  assert.equal(wrong, []);
});

test.run();
