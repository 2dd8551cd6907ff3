import { writeSync } from 'node:fs';
import { Pkcs11Root, type Pkcs11RootOptions } from '../../adapters/pkcs11/pkcs11-root.js';
import { contextOf, secretOf } from './secrets.js';

/**
 * Wraps and rotates until it is killed. A line says what was done only after it was done, and is with the reader when the call
 * returns: what stands there must open for ever.
 */
const [options, first] = process.argv.slice(2) as [string, string];
const root = await Pkcs11Root.open(JSON.parse(options) as Pkcs11RootOptions);
const ROTATE_EVERY = 25;

for (let n = Number(first); ; n++) {
  const wrapped = await root.wrap(secretOf(n), contextOf(n));
  writeSync(1, `${JSON.stringify({ n, ...wrapped })}\n`);
  if (n % ROTATE_EVERY === ROTATE_EVERY - 1) writeSync(1, `${JSON.stringify({ rotated: await root.rotate() })}\n`);
}
