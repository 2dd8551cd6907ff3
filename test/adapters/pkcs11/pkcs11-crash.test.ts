import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { campaign } from '../../pkcs11-run/campaign.js';
import { softHsm } from '../../support/softhsm.js';

const hsm = await softHsm('kill -9 and a token that is pulled');
if (hsm !== undefined) {
  const test = suite('PKCS#11 root keys, killed and pulled');

  test('what two processes were told is wrapped opens after kill -9, and after the token was pulled and put back', async () => {
    const token = hsm.token();
    try {
      const told: string[] = [];
      const result = await campaign(token, 2, (line) => told.push(line));
      assert.equal(result.wrong, [], told.join('\n'));
      assert.ok(result.wrapped > 50 && result.rotated > 3, told.join('\n'));
      assert.ok(result.keys > result.rotated, 'the first key counts, and so does what was made but not told');
      assert.ok(result.refused >= 64, told.join('\n'));
    } finally {
      token.drop();
    }
  });

  test.run();
}
