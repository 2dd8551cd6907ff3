import { join } from 'node:path';
import { vaultUrlProblem } from './vault-transit/client.js';

type Value = (name: string) => string;

/** Where the root keys are, as the environment says it. */
export type RootConfig =
  | { readonly provider: 'file'; readonly path: string; readonly passphraseFiles: readonly string[] }
  | { readonly provider: 'pkcs11'; readonly library: string; readonly label: string | null; readonly serial: string | null; readonly pinFile: string }
  | {
      readonly provider: 'vault-transit';
      readonly url: string;
      readonly tokenFile: string;
      readonly keyName: string;
      readonly mount: string | null;
      readonly namespace: string | null;
    };

/** The variables that say where root keys are. docs/key-providers.md explains each provider. */
export const KEY_VARIABLES: Readonly<Record<string, { readonly description: string; readonly initial: string }>> = {
  KEY_PROVIDER: { description: 'Where the root keys are: `file`, `pkcs11` or `vault-transit`', initial: 'file' },
  KEY_FILE: { description: 'The key file, made with mode 0600 when absent', initial: 'DATA_DIR/keys/key-encryption-key.json' },
  KEY_PASSPHRASE_FILE: { description: 'File with the passphrase that the key file is sealed under', initial: '' },
  KEY_PASSPHRASE_FILE_2: { description: "File with a second person's passphrase: then both are needed", initial: '' },
  KEY_CRYPTOPERIOD_DAYS: { description: 'After how many days a key seals and wraps nothing more, 1 to 3650; what it sealed still opens', initial: '730' },
  PKCS11_MODULE: { description: "Path of the HSM's PKCS#11 library", initial: '' },
  PKCS11_TOKEN_LABEL: { description: 'Label of the token; or', initial: '' },
  PKCS11_TOKEN_SERIAL: { description: 'its serial number; or both', initial: '' },
  PKCS11_PIN_FILE: { description: 'File with the user PIN', initial: '' },
  VAULT_URL: { description: 'Address of Vault or OpenBao, `https://…`', initial: '' },
  VAULT_TOKEN_FILE: { description: 'File with the token', initial: '' },
  VAULT_TRANSIT_KEY: { description: 'Name of the Transit key, made with `derived`', initial: '' },
  VAULT_TRANSIT_MOUNT: { description: 'Where the Transit engine is mounted, when not at `transit`', initial: '' },
  VAULT_NAMESPACE: { description: 'Namespace, where there is one', initial: '' },
};

export function rootConfigOf(value: Value, dataDir: string, production: boolean, problems: string[]): RootConfig {
  const provider = value('KEY_PROVIDER');
  if (provider === 'pkcs11') return pkcs11Of(value, problems);
  if (provider === 'vault-transit') return transitOf(value, problems);
  if (provider !== 'file') problems.push('KEY_PROVIDER must be `file`, `pkcs11` or `vault-transit`.');
  const [first, second] = [value('KEY_PASSPHRASE_FILE'), value('KEY_PASSPHRASE_FILE_2')];
  if (first === '' && second !== '') problems.push('KEY_PASSPHRASE_FILE_2 needs KEY_PASSPHRASE_FILE as well.');
  if (production && first === '')
    problems.push('NODE_ENV=production refuses a key file without a passphrase: set KEY_PASSPHRASE_FILE, or another KEY_PROVIDER.');
  const named = value('KEY_FILE');
  const path = named === KEY_VARIABLES['KEY_FILE']?.initial ? join(dataDir, 'keys', 'key-encryption-key.json') : named;
  return { provider: 'file', path, passphraseFiles: [first, second].filter((file) => file !== '') };
}

function pkcs11Of(value: Value, problems: string[]): RootConfig {
  const [library, label, serial, pinFile] = [value('PKCS11_MODULE'), value('PKCS11_TOKEN_LABEL'), value('PKCS11_TOKEN_SERIAL'), value('PKCS11_PIN_FILE')];
  if (library === '') problems.push('KEY_PROVIDER=pkcs11 needs PKCS11_MODULE, the path of a library.');
  if (label === '' && serial === '') problems.push('KEY_PROVIDER=pkcs11 needs PKCS11_TOKEN_LABEL or PKCS11_TOKEN_SERIAL.');
  if (pinFile === '') problems.push('KEY_PROVIDER=pkcs11 needs PKCS11_PIN_FILE.');
  return { provider: 'pkcs11', library, label: label || null, serial: serial || null, pinFile };
}

function transitOf(value: Value, problems: string[]): RootConfig {
  const [url, tokenFile, keyName] = [value('VAULT_URL'), value('VAULT_TOKEN_FILE'), value('VAULT_TRANSIT_KEY')];
  const wrong = url === '' ? 'is needed for KEY_PROVIDER=vault-transit' : vaultUrlProblem(url);
  if (wrong !== null) problems.push(`VAULT_URL ${wrong}.`);
  if (tokenFile === '') problems.push('KEY_PROVIDER=vault-transit needs VAULT_TOKEN_FILE.');
  if (keyName === '') problems.push('KEY_PROVIDER=vault-transit needs VAULT_TRANSIT_KEY.');
  return { provider: 'vault-transit', url, tokenFile, keyName, mount: value('VAULT_TRANSIT_MOUNT') || null, namespace: value('VAULT_NAMESPACE') || null };
}
