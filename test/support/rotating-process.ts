import { openFileRoot } from '../../adapters/keys/file-root.js';
import { ONE, QUICK } from './key-files.js';

/** Rotates the root keys in the file that it is given until it is killed or the file is full, and says each key id that was acknowledged. */
const [path = ''] = process.argv.slice(2);
const root = await openFileRoot({ path, passphrases: [ONE], create: true, ...QUICK });
for (let n = 0; n < 15; n += 1) {
  const rotated = await root.rotate();
  process.stdout.write(`${rotated}\n`);
}
