import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { generatedFiles, hashOf, isLocked, publishedSchemas } from './generated.js';

/** Writes the generated files. A published event schema keeps its hash for ever: only new ones are added to the lock. */
for (const [path, text] of generatedFiles()) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
const lock = 'schemas/published/hashes.json';
let known: Record<string, string> = {};
try {
  known = JSON.parse(readFileSync(lock, 'utf8')) as Record<string, string>;
} catch (fault) {
  if ((fault as NodeJS.ErrnoException).code !== 'ENOENT') throw fault;
}
const events = [...publishedSchemas()].filter(([path]) => isLocked(path)).map(([path, schema]) => [path, hashOf(schema)] as const);
writeFileSync(lock, `${JSON.stringify({ ...Object.fromEntries(events), ...known }, null, 2)}\n`);
