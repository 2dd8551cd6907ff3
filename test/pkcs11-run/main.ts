import { softHsm } from '../support/softhsm.js';
import { campaign } from './campaign.js';

/** `node dist/test/pkcs11-run/main.js [ROUNDS]`: the crash test of the PKCS#11 provider, told line by line. */
const hsm = await softHsm('the run');
if (hsm !== undefined) {
  const token = hsm.token();
  const began = Date.now();
  const say = (line: string) => process.stdout.write(`${((Date.now() - began) / 1000).toFixed(2).padStart(6)} s  ${line}\n`);
  try {
    const { wrong } = await campaign(token, Number(process.argv[2] ?? 5), say);
    for (const one of wrong) say(`WRONG ${one}`);
    process.exitCode = wrong.length === 0 ? 0 : 1;
  } finally {
    token.drop();
  }
}
