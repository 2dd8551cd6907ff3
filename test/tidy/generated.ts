import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { VARIABLES } from '../../adapters/config.js';
import { codeTable } from '../../adapters/http/openapi.js';
import { typesOf } from '../../domain/identity/category.js';
import { canonicalJson } from '../../domain/json/canonical.js';
import type { JsonValue } from '../../domain/json/json-value.js';
import { strategies } from '../../domain/resolution/strategies.js';
import { EVENT_TYPES, EVENTS } from '../../schemas/catalogue.js';
import { COMMAND_NAMES, COMMANDS } from '../../schemas/command-catalogue.js';
import { CATEGORIES, CATEGORY_DESCRIPTIONS } from '../../schemas/phi/categories.js';
import { MASKING_POLICY_VERSION, MaskingPolicy } from '../../schemas/phi/masking.js';
import { OUTBOUND_POLICY_VERSION, OutboundPolicy } from '../../schemas/phi/outbound.js';
import { publishedSensitivity } from '../../schemas/phi/published.js';
import { SENSITIVITY_VERSION } from '../../schemas/phi/sensitivities.js';
import { leakTestPage } from '../leaks/places.js';
import { withQuotes } from './quotes.js';

/** Every generated file: path → text. The tidy test holds them fresh; `node dist/test/tidy/write.js` writes them. */
export function generatedFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const [path, schema] of publishedSchemas()) files.set(path, `${JSON.stringify(schema, null, 2)}\n`);
  files.set(
    'docs/errors.md',
    `# Error codes\n\nGenerated from \`domain/rejections.ts\` and \`adapters/http/problem.ts\`. Bodies are RFC 9457 problem details.\n\n${codeTable()}\n`,
  );
  files.set('docs/configuration.md', configuration());
  files.set('docs/leak-test.md', leakTestPage());
  files.set('docs/categories.md', categories());
  files.set('docs/walk.md', withQuotes(readFileSync('docs/walk.md', 'utf8')));
  files.set('docs/resolution.md', withStrategies(withQuotes(readFileSync('docs/resolution.md', 'utf8'))));
  return files;
}

/** Events by version and commands: what is on the wire, in plain JSON Schema; and what is taken for sensitive. */
export function publishedSchemas(): Map<string, unknown> {
  const events = EVENT_TYPES.map((type) => [`schemas/published/events/${type}.${EVENTS[type].properties.version.const}.json`, EVENTS[type]] as const);
  const commands = COMMAND_NAMES.map((name) => [`schemas/published/commands/${name}.json`, COMMANDS[name]] as const);
  const sensitivity = [`schemas/published/phi/sensitivity.${SENSITIVITY_VERSION}.json`, publishedSensitivity(typesOf)] as const;
  const masking = [`schemas/published/phi/masking-policy.${MASKING_POLICY_VERSION}.json`, MaskingPolicy] as const;
  const outbound = [`schemas/published/phi/outbound-policy.${OUTBOUND_POLICY_VERSION}.json`, OutboundPolicy] as const;
  return new Map<string, unknown>([...events, ...commands, sensitivity, masking, outbound]);
}

/** What names a version is locked: a change is a new version. */
export const isLocked = (path: string): boolean => path.includes('/events/') || path.includes('/phi/');

export function hashOf(schema: unknown): string {
  return createHash('sha256')
    .update(canonicalJson(JSON.parse(JSON.stringify(schema)) as JsonValue))
    .digest('hex');
}

function configuration(): string {
  const rows = Object.entries(VARIABLES).map(
    ([name, { description, initial }]) => `| \`${name}\` | ${description} | ${initial === '' ? '' : `\`${initial}\``} |`,
  );
  return `# Configuration\n\nGenerated from \`adapters/config.ts\`. Environment variables, read once at start; unknown or bad ones are refused.\n\n| variable | what it is | when absent |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

function categories(): string {
  const rows = CATEGORIES.map((name) => `| \`${name}\` | ${CATEGORY_DESCRIPTIONS[name].kind} | ${CATEGORY_DESCRIPTIONS[name].description} |`);
  return `# Data categories\n\nGenerated from \`schemas/phi/categories.ts\`. A category is a key scope, and a value of \`?category=\`. A *state* stops being true when it ends; an *event* has happened for ever.\n\n| category | kind | what is in it |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

function withStrategies(page: string): string {
  const rows = strategies().map(({ about, strategy, reason }) => `| ${about} | \`${strategy}\` | ${reason} |`);
  const table = `| about | strategy | because |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  return page.replace(/(<!-- table strategies -->)\n(?:\n?\|[^\n]*\n)*/, (_whole, marker: string) => `${marker}\n\n${table}`);
}
