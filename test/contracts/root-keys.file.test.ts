import { ONE, openInFolder, TWO } from '../support/key-files.js';
import { rootKeysContract } from './root-keys.js';

rootKeysContract('key file', () => openInFolder([]));
rootKeysContract('key file with a passphrase', () => openInFolder([ONE]));
rootKeysContract('key file with two passphrases', () => openInFolder([ONE, TWO]));
