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
    keyFile: 'data/keys/key-encryption-key.json',
    issuerFile: 'data/keys/development-issuer.json',
    changeControl: 'four-eyes',
    timeZone: 'UTC',
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
    LOG_LEVEL: 'silent',
    CHANGE_CONTROL: 'one-person',
    ENTITY_TIME_ZONE: 'Europe/Berlin',
    NODE_ENV: 'test',
  };
  assert.equal(Object.keys(env).sort(), Object.keys(VARIABLES).sort());
  assert.equal(readConfig(env), {
    host: '0.0.0.0',
    port: 0,
    dataDir: '/var/ledger',
    eventStoreUrl: 'esdb+discover://a:2113?tls=false',
    mongodbUrl: 'mongodb://b/ledger',
    logLevel: 'silent',
    production: false,
    keyFile: '/run/secrets/kek.json',
    issuerFile: '/var/ledger/keys/development-issuer.json',
    changeControl: 'one-person',
    timeZone: 'Europe/Berlin',
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
    ['KEY_PROVIDER', 'pkcs11'],
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

test('all that is wrong is said at once', () => {
  const problems = problemsOf({ PORT: 'x', LOG_LEVEL: 'x', DATA_DIRS: 'x' });
  assert.is(problems.length, 3);
  assert.match(new BadConfiguration(problems).message, /\n {2}- .*\n {2}- .*\n {2}- /);
});

test('production is refused while there is only the development issuer and an unprotected key file', () => {
  assert.match(problemsOf({ NODE_ENV: 'production' })[0] ?? 'nothing', 'NODE_ENV=production refuses the embedded development issuer');
});

test('in production protected changes need four eyes', () => {
  const problems = problemsOf({ NODE_ENV: 'production', CHANGE_CONTROL: 'one-person' });
  assert.ok(problems.some((problem) => problem.includes('CHANGE_CONTROL=one-person')));
});

test('every variable is documented, and every documented variable is read', () => {
  const documented = [...readFileSync('docs/configuration.md', 'utf8').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name);
  assert.equal(documented, Object.keys(VARIABLES));
  assert.ok(documented.every((name) => readFileSync('adapters/config.ts', 'utf8').includes(`'${name}'`)));
});

test.run();
