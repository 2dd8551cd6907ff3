import { type Command, InvalidArgumentError, Option } from 'commander';
import { ROLES } from '../../domain/access/permissions.js';
import { DevelopmentIssuer } from '../auth/development-issuer.js';
import { readConfig } from '../config.js';

const TTL_AT_MOST_SECONDS = 30 * 24 * 3600;
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

interface TokenOptions {
  readonly tenant: string;
  readonly subject: string;
  readonly role: readonly string[];
  readonly purpose?: string;
  readonly organization?: string;
  readonly mfa: boolean;
  readonly ttl: number;
}

export function addToken(program: Command): void {
  program
    .command('token')
    .description('Print a token signed by the embedded development issuer.')
    .requiredOption('--tenant <tenant>', 'tenant, lower case', matching(/^(?!system$)[a-z0-9][a-z0-9-]{0,31}$/, 'lower-case letters, digits and hyphens'))
    .requiredOption(
      '--subject <subject>',
      'who: a source id, a user id, a patient id',
      matching(/^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$/, 'letters, digits, . _ @ -'),
    )
    .addOption(new Option('--role <role...>', 'one or more roles').choices([...ROLES]).makeOptionMandatory())
    .option('--purpose <code>', 'HL7 v3 PurposeOfUse; the usual one of the role when absent', matching(/^[A-Z]{2,16}$/, 'a code such as TREAT'))
    .option('--organization <organization>', 'the organization acted for', matching(/^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$/, 'letters, digits, . _ @ -'))
    .option('--mfa', 'say that a second factor was used', false)
    .option('--ttl <time>', 'how long it is valid, for example 15m or 8h', seconds, 3600)
    .action(async (options: TokenOptions) => {
      const config = readConfig();
      const issuer = await DevelopmentIssuer.open(config.issuerFile);
      process.stdout.write(`${await issuer.sign(requestOf(options))}\n`);
    });
}

function requestOf({ tenant, subject, role, purpose, organization, mfa, ttl }: TokenOptions) {
  const usual = USUAL_PURPOSE[role[0] ?? ''] ?? 'TREAT';
  return { tenant, subject, roles: role, purpose: purpose ?? usual, organization: organization ?? null, mfa, ttlSeconds: ttl };
}

/** What somebody of this role usually asks for. */
export const USUAL_PURPOSE: Readonly<Record<string, string>> = {
  source: 'TREAT',
  clinician: 'TREAT',
  steward: 'HOPERAT',
  'privacy-officer': 'HCOMPL',
  patient: 'PATRQT',
  consumer: 'TREAT',
  auditor: 'HCOMPL',
  operator: 'SYSADMIN',
};

function matching(form: RegExp, words: string): (text: string) => string {
  return (text) => {
    if (!form.test(text)) throw new InvalidArgumentError(`Use ${words}.`);
    return text;
  };
}

function seconds(text: string): number {
  const match = /^([1-9]\d{0,6})([smhd])$/.exec(text);
  const value = Number(match?.[1]) * (UNITS[match?.[2] ?? ''] ?? Number.NaN);
  if (Number.isNaN(value) || value > TTL_AT_MOST_SECONDS) throw new InvalidArgumentError('Use a time such as 15m, 8h or 2d, 30 days at most.');
  return value;
}
