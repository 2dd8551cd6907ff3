import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Pkcs11Refused } from './cryptoki.js';

const PIN_AT_MOST_BYTES = 256;

/**
 * The PIN out of a file that nobody else may change and no other user may read: not out of the environment, which children
 * inherit and reports print. It is read anew for each login, so that it does not stay in memory between them.
 */
export async function readPin(path: string, us: number | undefined = process.getuid?.()): Promise<string> {
  let handle: FileHandle;
  try {
    // Without O_NONBLOCK, opening a pipe would wait for ever for somebody to write to it.
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (fault) {
    const code = (fault as NodeJS.ErrnoException).code;
    throw new Pkcs11Refused(code === 'ELOOP' ? 'the PIN file is a symbolic link' : `the PIN file cannot be opened (${code})`);
  }
  try {
    refuseUnsafe(await handle.stat(), us);
    const pin = (await handle.readFile('utf8')).replace(/\r?\n$/, '');
    if (pin === '' || /[\r\n\0]/.test(pin)) throw new Pkcs11Refused('the PIN file must hold the PIN on one line and nothing else');
    return pin;
  } finally {
    await handle.close();
  }
}

function refuseUnsafe(stat: Stats, us: number | undefined): void {
  if (!stat.isFile()) throw new Pkcs11Refused('the PIN file is no regular file');
  if (us !== undefined && stat.uid !== us && stat.uid !== 0) throw new Pkcs11Refused('the PIN file belongs to another user');
  // A service manager may hand a secret over as root's file that our group may read (0440); more than that is too much.
  if ((stat.mode & 0o037) !== 0) throw new Pkcs11Refused('others may read or write the PIN file: set its mode to 0400');
  if (stat.size > PIN_AT_MOST_BYTES) throw new Pkcs11Refused('the PIN file is too large');
}
