import { Pkcs11Root } from '../../adapters/pkcs11/pkcs11-root.js';
import { softHsm } from '../support/softhsm.js';
import { rootKeysContract } from './root-keys.js';

const hsm = await softHsm('root-keys contract');
if (hsm !== undefined) {
  rootKeysContract('PKCS#11', async () => {
    const token = hsm.token();
    const opened: Pkcs11Root[] = [];
    const reopen = async () => {
      const root = await Pkcs11Root.open(token.options);
      opened.push(root);
      return root;
    };
    const close = async () => {
      for (const root of opened) await root.close();
      token.drop();
    };
    return { root: await reopen(), reopen, close };
  });
}
