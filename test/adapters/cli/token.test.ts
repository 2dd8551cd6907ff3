import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Authenticator } from '../../../adapters/auth/authenticator.js';
import { DevelopmentIssuer } from '../../../adapters/auth/development-issuer.js';
import { addToken, USUAL_PURPOSE } from '../../../adapters/cli/token.js';
import { mayRead, ROLES } from '../../../domain/access/permissions.js';
import { ACCESS_ACTIONS } from '../../../schemas/events/access-recorded.js';
import { run } from './terminal.js';

const test = suite('ledger token');
const folder = mkdtempSync(join(tmpdir(), 'token-'));
test.after(() => rmSync(folder, { recursive: true }));

const token = (...words: string[]) => run(addToken, ['token', ...words], { DATA_DIR: folder });
const usual = ['--tenant', 'acme', '--subject', 'dr-1', '--role', 'clinician'];

test('it prints a token, and nothing else, that the ledger of the same folder takes', async () => {
  const { out, err } = await token(...usual);
  assert.is(err, '');
  const authenticator = await Authenticator.of(await DevelopmentIssuer.open(join(folder, 'keys', 'development-issuer.json')), Date.now);
  assert.equal(await authenticator.authenticate(`Bearer ${out.trim()}`), {
    tenant: 'acme',
    actor: { subject: 'dr-1', roles: ['clinician'], organization: null },
    purpose: 'TREAT',
  });
});

test('everything that a token says can be said', async () => {
  const { out } = await token(...usual, 'auditor', '--purpose', 'HOPERAT', '--organization', 'north', '--mfa', '--ttl', '2d');
  const { roles, purpose, organization, amr, exp = 0, iat = 0 } = decodeJwt(out.trim());
  assert.equal({ roles, purpose, organization, amr }, { roles: ['clinician', 'auditor'], purpose: 'HOPERAT', organization: 'north', amr: ['mfa'] });
  assert.is(exp - iat, 2 * 86_400);
});

test('an hour is the usual time, and the units are s, m, h and d', async () => {
  const seconds = async (...ttl: string[]) => {
    const { exp = 0, iat = 0 } = decodeJwt((await token(...usual, ...ttl)).out.trim());
    return exp - iat;
  };
  assert.equal([await seconds(), await seconds('--ttl', '90s'), await seconds('--ttl', '15m'), await seconds('--ttl', '8h')], [3600, 90, 900, 28_800]);
});

test('what is asked wrongly is refused in words', async () => {
  const wrong = [
    ['--tenant', 'system', '--subject', 'x', '--role', 'clinician'],
    ['--tenant', 'Acme', '--subject', 'x', '--role', 'clinician'],
    ['--tenant', 'acme', '--subject', 'a b', '--role', 'clinician'],
    ['--tenant', 'acme', '--subject', 'x', '--role', 'king'],
    ['--tenant', 'acme', '--subject', 'x'],
    [...usual, '--purpose', 'treat'],
    [...usual, '--organization', 'a b'],
    ...['0s', '31d', '10', '1w', '-1h', '1.5h', ''].map((ttl) => [...usual, '--ttl', ttl]),
  ];
  for (const words of wrong) {
    const { out, fault } = await token(...words);
    assert.is(out, '', words.join(' '));
    assert.match((fault as { code?: string } | null)?.code ?? 'no fault', 'commander.', words.join(' '));
  }
});

test('the usual purpose of a role lets it do what the role is for', () => {
  for (const role of ROLES) {
    const caller = { subject: 'p', roles: [role], purpose: USUAL_PURPOSE[role] ?? '' };
    assert.ok(
      ACCESS_ACTIONS.some((action) => mayRead(caller, action, 'p').allowed),
      role,
    );
  }
});

test.run();
