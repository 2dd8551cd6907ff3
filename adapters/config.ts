import { join } from 'node:path';
import type { ChangeControl } from '../domain/change-control/protected.js';
import { KEY_VARIABLES, type RootConfig, rootConfigOf } from './key-config.js';
import { isPhoneCountry } from './search/phones.js';

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly eventStoreUrl: string | null;
  readonly mongodbUrl: string | null;
  readonly logLevel: string;
  readonly production: boolean;
  readonly root: RootConfig;
  readonly cryptoperiodDays: number;
  readonly issuerFile: string;
  readonly changeControl: ChangeControl;
  /** IANA name: by its days the deadlines of the law are counted. */
  readonly timeZone: string;
  /** How long a record is kept after what was last said in it, before it may be erased for want of a reason to keep it. */
  readonly retentionYears: number;
  /** How long a refused line is kept in quarantine before its keys are destroyed. */
  readonly quarantineDays: number;
  /** How long a backup of the key store is kept: a certificate of erasure says when the last one ends. */
  readonly keyBackupDays: number;
  /** ISO 3166 alpha-2: phone numbers without a country code are read as they are dialled there. */
  readonly country: string;
}

/** Configuration that cannot be run with: each problem in words, all at once. */
export class BadConfiguration extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'BadConfiguration';
  }
}

/** Every variable that is read. The README's table is checked against this. */
export const VARIABLES: Readonly<Record<string, { readonly description: string; readonly initial: string }>> = {
  PORT: { description: 'TCP port to listen on, 0 for any free one', initial: '8080' },
  HOST: { description: 'Address to listen on', initial: '127.0.0.1' },
  DATA_DIR: { description: 'Folder of the embedded stores and the key file', initial: './data' },
  EVENTSTORE_URL: { description: 'EventStoreDB connection string (`esdb://…`); the embedded log when absent', initial: '' },
  MONGODB_URL: { description: 'MongoDB connection string (a replica set) for read models and wrapped keys; embedded when absent', initial: '' },
  ...KEY_VARIABLES,
  LOG_LEVEL: { description: '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`', initial: 'info' },
  CHANGE_CONTROL: {
    description:
      '`four-eyes`: a protected change takes effect when a second person approves it; `one-person`, to try things out: at once, refused in production',
    initial: 'four-eyes',
  },
  ENTITY_TIME_ZONE: { description: 'Time zone, by its IANA name, in whose days the deadlines of the law are counted', initial: 'UTC' },
  RETENTION_YEARS: {
    description:
      'How many years a record is kept after what was last said in it, 0 to 100: until then `erase-patient` is refused, except on grounds that go before it',
    initial: '6',
  },
  QUARANTINE_DAYS: {
    description: 'How many days a refused line is kept that a source asked to keep, 1 to 3650: then the keys that it is sealed under are destroyed',
    initial: '90',
  },
  KEY_BACKUP_DAYS: {
    description: 'How many days a backup of the key store is kept, 1 to 3650: what a certificate of erasure promises rests on it',
    initial: '35',
  },
  ENTITY_COUNTRY: { description: 'Country, by its two ISO 3166 letters, in whose form phone numbers without a country code are read', initial: 'US' },
  NODE_ENV: { description: '`production` refuses the development issuer and an unprotected key file', initial: 'development' },
};

/** Variables of other programs that share our prefixes would go unnoticed; ours are few, so only likely misspellings are refused. */
const LOOKS_LIKE_OURS = /^(EVENTSTORE|EVENTSTOREDB|ESDB|MONGO|MONGODB|KEY|PKCS11|VAULT|OIDC|DATA|LEDGER|CHANGE|ENTITY|RETENTION|QUARANTINE)_[A-Z_]+$/;
const KNOWN_TO_CLI = new Set(['LEDGER_URL', 'LEDGER_TOKEN']);
/** What Kubernetes tells every container of each service beside it, so also of one that is called `mongodb` or `ledger`. */
const SERVICE_LINK = /_SERVICE_(HOST|PORT)(_[A-Z_]+)?$/;
const isServiceLink = (name: string, value = '') => SERVICE_LINK.test(name) || (name.endsWith('_PORT') && /^(tcp|udp|sctp):/.test(value));
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Parses the environment once. Throws `BadConfiguration` with everything that is wrong with it. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const problems: string[] = [];
  const value = (name: string) => env[name]?.trim() || (VARIABLES[name]?.initial ?? '');
  const unknown = Object.keys(env).filter(
    (name) => LOOKS_LIKE_OURS.test(name) && !(name in VARIABLES) && !KNOWN_TO_CLI.has(name) && !isServiceLink(name, env[name]),
  );
  for (const name of unknown) problems.push(`${name} is not a variable of this program. Known: ${Object.keys(VARIABLES).join(', ')}.`);
  const port = Number(value('PORT'));
  if (!Number.isInteger(port) || port < 0 || port > 65_535) problems.push('PORT must be a whole number from 0 to 65535.');
  const eventStoreUrl = urlOf(value('EVENTSTORE_URL'), /^esdb(\+discover)?:\/\//, 'EVENTSTORE_URL must begin with esdb:// or esdb+discover://.', problems);
  const mongodbUrl = urlOf(value('MONGODB_URL'), /^mongodb(\+srv)?:\/\//, 'MONGODB_URL must begin with mongodb:// or mongodb+srv://.', problems);
  if (!LOG_LEVELS.includes(value('LOG_LEVEL'))) problems.push(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}.`);
  const production = value('NODE_ENV') === 'production';
  if (production) {
    problems.push('NODE_ENV=production refuses the embedded development issuer, and this version has no other yet.');
  }
  const dataDir = value('DATA_DIR');
  const root = rootConfigOf(value, dataDir, production, problems);
  const cryptoperiodDays = wholeNumber(value('KEY_CRYPTOPERIOD_DAYS'), 1, 3650, 'KEY_CRYPTOPERIOD_DAYS', problems);
  const changeControl = value('CHANGE_CONTROL');
  if (!isChangeControl(changeControl)) problems.push('CHANGE_CONTROL must be `four-eyes` or `one-person`.');
  else if (production && changeControl === 'one-person') problems.push('NODE_ENV=production refuses CHANGE_CONTROL=one-person.');
  const retentionYears = wholeNumber(value('RETENTION_YEARS'), 0, 100, 'RETENTION_YEARS', problems);
  const quarantineDays = wholeNumber(value('QUARANTINE_DAYS'), 1, 3650, 'QUARANTINE_DAYS', problems);
  const keyBackupDays = wholeNumber(value('KEY_BACKUP_DAYS'), 1, 3650, 'KEY_BACKUP_DAYS', problems);
  const timeZone = value('ENTITY_TIME_ZONE');
  if (!isTimeZone(timeZone)) problems.push('ENTITY_TIME_ZONE must be the IANA name of a time zone, such as Europe/Berlin.');
  const country = value('ENTITY_COUNTRY');
  if (!isPhoneCountry(country)) problems.push('ENTITY_COUNTRY must be the two capital letters of a country in ISO 3166, such as DE.');
  if (problems.length > 0 || !isChangeControl(changeControl)) throw new BadConfiguration(problems);
  const issuerFile = join(dataDir, 'keys', 'development-issuer.json');
  return {
    host: value('HOST'),
    port,
    dataDir,
    eventStoreUrl,
    mongodbUrl,
    logLevel: value('LOG_LEVEL'),
    production,
    root,
    cryptoperiodDays,
    issuerFile,
    changeControl,
    timeZone,
    retentionYears,
    quarantineDays,
    keyBackupDays,
    country,
  };
}

function isChangeControl(text: string): text is ChangeControl {
  return text === 'four-eyes' || text === 'one-person';
}

function wholeNumber(text: string, least: number, most: number, name: string, problems: string[]): number {
  const number = Number(text);
  if (!/^\d{1,9}$/.test(text) || number < least || number > most) problems.push(`${name} must be a whole number from ${least} to ${most}.`);
  return number;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    // It throws for a name that it does not know, and has no other way of saying so.
    return false;
  }
}

function urlOf(text: string, form: RegExp, problem: string, problems: string[]): string | null {
  if (text === '') return null;
  if (!form.test(text)) problems.push(problem);
  return text;
}
