import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BadConfiguration, readConfig, VARIABLES } from '../../adapters/config.js';

const test = suite('configuration');

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (fault) {
    if (fault instanceof BadConfiguration) return fault.problems;
    throw fault;
  }
}

test('nothing set is a development ledger on the loopback, with the embedded stores', () => {
  assert.equal(readConfig({}), {
    host: '127.0.0.1',
    port: 8080,
    dataDir: './data',
    eventStoreUrl: null,
    mongodbUrl: null,
    logLevel: 'info',
    production: false,
    root: { provider: 'file', path: 'data/keys/key-encryption-key.json', passphraseFiles: [] },
    cryptoperiodDays: 730,
    issuerFile: 'data/keys/development-issuer.json',
    changeControl: 'four-eyes',
    timeZone: 'UTC',
    retentionYears: 6,
    quarantineDays: 90,
    keyBackupDays: 35,
    country: 'US',
  });
});

test('every variable is read', () => {
  const env = {
    PORT: ' 0 ',
    HOST: '0.0.0.0',
    DATA_DIR: '/var/ledger',
    EVENTSTORE_URL: 'esdb+discover://a:2113?tls=false',
    MONGODB_URL: 'mongodb://b/ledger',
    KEY_PROVIDER: 'file',
    KEY_FILE: '/run/secrets/kek.json',
    KEY_PASSPHRASE_FILE: '/run/secrets/one',
    KEY_PASSPHRASE_FILE_2: '/run/secrets/two',
    KEY_CRYPTOPERIOD_DAYS: '365',
    LOG_LEVEL: 'silent',
    CHANGE_CONTROL: 'one-person',
    ENTITY_TIME_ZONE: 'Europe/Berlin',
    ENTITY_COUNTRY: 'DE',
    RETENTION_YEARS: '10',
    QUARANTINE_DAYS: '30',
    KEY_BACKUP_DAYS: '7',
    NODE_ENV: 'test',
  };
  const ofOtherProviders = Object.keys(VARIABLES).filter((name) => /^(PKCS11|VAULT)_/.test(name));
  assert.equal([...Object.keys(env), ...ofOtherProviders].sort(), Object.keys(VARIABLES).sort());
  assert.equal(readConfig(env), {
    host: '0.0.0.0',
    port: 0,
    dataDir: '/var/ledger',
    eventStoreUrl: 'esdb+discover://a:2113?tls=false',
    mongodbUrl: 'mongodb://b/ledger',
    logLevel: 'silent',
    production: false,
    root: { provider: 'file', path: '/run/secrets/kek.json', passphraseFiles: ['/run/secrets/one', '/run/secrets/two'] },
    cryptoperiodDays: 365,
    issuerFile: '/var/ledger/keys/development-issuer.json',
    changeControl: 'one-person',
    timeZone: 'Europe/Berlin',
    retentionYears: 10,
    quarantineDays: 30,
    keyBackupDays: 7,
    country: 'DE',
  });
});

test('an empty variable is as good as none', () => {
  assert.is(readConfig({ PORT: '', DATA_DIR: ' ', EVENTSTORE_URL: '' }).port, 8080);
});

test('each bad value is refused in words that name the variable', () => {
  const bad: readonly (readonly [string, string])[] = [
    ['PORT', 'http'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['EVENTSTORE_URL', 'http://localhost:2113'],
    ['MONGODB_URL', 'localhost:27017'],
    ['LOG_LEVEL', 'loud'],
    ['KEY_PROVIDER', 'paper'],
    ['KEY_PASSPHRASE_FILE_2', '/run/secrets/two'],
    ['KEY_CRYPTOPERIOD_DAYS', '0'],
    ['RETENTION_YEARS', '-1'],
    ['KEY_BACKUP_DAYS', 'a week'],
    ['QUARANTINE_DAYS', '0'],
    ['ENTITY_COUNTRY', 'Germany'],
    ['CHANGE_CONTROL', 'nobody'],
    ['ENTITY_TIME_ZONE', 'Berlin'],
  ];
  for (const [name, value] of bad) assert.match(problemsOf({ [name]: value })[0] ?? 'nothing', name, `${name}=${value}`);
});

test('a variable that looks like ours and is none is refused, others are let be', () => {
  for (const name of ['EVENTSTORE_URI', 'MONGO_URL', 'KEY_FILES', 'DATA_FOLDER', 'LEDGER_PORT', 'OIDC_ISSUR', 'ESDB_URL', 'ENTITY_TIMEZONE', 'CHANGE_CONTROLS'])
    assert.match(problemsOf({ [name]: 'x' })[0] ?? 'nothing', name);
  assert.equal(problemsOf({ LEDGER_URL: 'http://x', LEDGER_TOKEN: 'x', PATH: '/bin', HOME: '/', npm_config_x: '1' }), []);
});

test('what Kubernetes says of the services beside a container is let be', () => {
  const links = { MONGODB_SERVICE_HOST: '10.0.0.7', MONGODB_SERVICE_PORT: '27017', LEDGER_SERVICE_PORT_HTTP: '8080', EVENTSTORE_PORT: 'tcp://10.0.0.8:2113' };
  assert.equal(problemsOf(links), []);
  assert.is(problemsOf({ LEDGER_PORT: '8080' }).length, 1);
});

test('all that is wrong is said at once', () => {
  const problems = problemsOf({ PORT: 'x', LOG_LEVEL: 'x', DATA_DIRS: 'x' });
  assert.is(problems.length, 3);
  assert.match(new BadConfiguration(problems).message, /\n {2}- .*\n {2}- .*\n {2}- /);
});

test('production is refused while there is only the development issuer, and with a key file that nothing protects', () => {
  const [issuer, file] = problemsOf({ NODE_ENV: 'production' });
  assert.match(issuer ?? 'nothing', 'NODE_ENV=production refuses the embedded development issuer');
  assert.match(file ?? 'nothing', 'refuses a key file without a passphrase');
  assert.is(problemsOf({ NODE_ENV: 'production', KEY_PASSPHRASE_FILE: '/run/secrets/one' }).length, 1);
});

test('a provider of root keys is read with all that it needs, and what is missing is said', () => {
  const hsm = { KEY_PROVIDER: 'pkcs11', PKCS11_MODULE: '/usr/lib/hsm.so', PKCS11_TOKEN_SERIAL: '0123', PKCS11_PIN_FILE: '/run/secrets/pin' };
  assert.equal(readConfig(hsm).root, { provider: 'pkcs11', library: '/usr/lib/hsm.so', label: null, serial: '0123', pinFile: '/run/secrets/pin' });
  assert.is(problemsOf({ KEY_PROVIDER: 'pkcs11' }).length, 3);
  const vault = { KEY_PROVIDER: 'vault-transit', VAULT_URL: 'https://vault:8200', VAULT_TOKEN_FILE: '/run/secrets/token', VAULT_TRANSIT_KEY: 'ledger-root' };
  assert.equal(readConfig(vault).root, {
    provider: 'vault-transit',
    url: 'https://vault:8200',
    tokenFile: '/run/secrets/token',
    keyName: 'ledger-root',
    mount: null,
    namespace: null,
  });
  assert.is(problemsOf({ KEY_PROVIDER: 'vault-transit' }).length, 3);
  assert.match(problemsOf({ ...vault, VAULT_URL: 'http://vault:8200' })[0] ?? 'nothing', 'VAULT_URL must begin with https://');
});

test('in production protected changes need four eyes', () => {
  const problems = problemsOf({ NODE_ENV: 'production', CHANGE_CONTROL: 'one-person' });
  assert.ok(problems.some((problem) => problem.includes('CHANGE_CONTROL=one-person')));
});

test('every variable is documented, and every documented variable is read', () => {
  const documented = [...readFileSync('docs/configuration.md', 'utf8').matchAll(/^\| `([A-Z0-9_]+)` \|/gm)].map(([, name]) => name);
  assert.equal(documented, Object.keys(VARIABLES));
  const readers = ['adapters/config.ts', 'adapters/key-config.ts'].map((file) => readFileSync(file, 'utf8')).join('');
  assert.ok(documented.every((name) => readers.includes(`'${name}'`)));
});

test.run();
