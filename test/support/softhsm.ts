import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCryptoki } from '../../adapters/pkcs11/cryptoki.js';

const LIBRARIES = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];
export const LABEL = 'ledger';
export const PIN = '4711-0815';
const SO_PIN = '0815-4711';

/** A token of SoftHSM in a folder of its own. Its library is told by `SOFTHSM2_CONF`, which it reads whenever it begins. */
export interface SoftToken {
  readonly folder: string;
  readonly configuration: string;
  readonly options: { readonly library: string; readonly token: { readonly label: string }; readonly pinFile: string };
  /** The token goes away, as when its cable is pulled, and comes back. */
  leave(): void;
  comeBack(): void;
  /** One more token beside it. */
  addToken(label: string): void;
  /** Makes this the token of the process: the last one made is. */
  use(): void;
  drop(): void;
}

export interface SoftHsm {
  token(): SoftToken;
}

/** SoftHSM 2, or undefined after saying on one line why not. */
export async function softHsm(what: string): Promise<SoftHsm | undefined> {
  const named = process.env['PKCS11_MODULE'];
  const library = named === undefined || named === '' ? LIBRARIES.find((path) => existsSync(path)) : named;
  const missing = library === undefined || !/softhsm/.test(library) ? 'SoftHSM 2 is not installed, nor named by PKCS11_MODULE' : await missingTool();
  if (library !== undefined && missing === undefined) return { token: () => freshToken(library) };
  console.log(`SKIP 1 ${what} on PKCS#11: ${missing}`);
  return undefined;
}

async function missingTool(): Promise<string | undefined> {
  try {
    execFileSync('softhsm2-util', ['--version'], { stdio: 'ignore' });
  } catch {
    return 'softhsm2-util is not installed';
  }
  return loadCryptoki().then(
    () => undefined,
    () => 'the optional package node-webcrypto-p11 is not installed',
  );
}

function freshToken(library: string): SoftToken {
  const folder = mkdtempSync(join(tmpdir(), 'clinical-ledger-hsm-'));
  const tokens = join(folder, 'tokens');
  const away = join(folder, 'away');
  const configuration = join(folder, 'softhsm2.conf');
  const pinFile = join(folder, 'pin');
  mkdirSync(tokens, { mode: 0o700 });
  writeFileSync(configuration, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  writeFileSync(pinFile, `${PIN}\n`, { mode: 0o400 });
  const use = () => {
    process.env['SOFTHSM2_CONF'] = configuration;
  };
  const addToken = (label: string) => {
    const args = ['--init-token', '--free', '--label', label, '--so-pin', SO_PIN, '--pin', PIN];
    execFileSync('softhsm2-util', args, { stdio: 'ignore', env: { ...process.env, SOFTHSM2_CONF: configuration } });
  };
  use();
  addToken(LABEL);
  return {
    folder,
    configuration,
    options: { library, token: { label: LABEL }, pinFile },
    leave: () => renameSync(tokens, away),
    comeBack: () => renameSync(away, tokens),
    addToken,
    use,
    drop: () => rmSync(folder, { recursive: true, force: true }),
  };
}
