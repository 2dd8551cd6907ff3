import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

/**
 * Compiled code shows no type imports, so dependency-cruiser cannot see them; this reads the sources. The rooms and who
 * may know whom are in docs/walk.md.
 */
const ROOMS = ['schemas', 'domain', 'commands', 'projections', 'adapters'] as const;
const MAY_KNOW: Readonly<Record<string, readonly string[]>> = {
  schemas: ['schemas'],
  domain: ['schemas', 'domain'],
  commands: ['schemas', 'domain', 'commands'],
  projections: ['schemas', 'domain', 'projections'],
  adapters: ['schemas', 'domain', 'commands', 'projections', 'adapters'],
};
const LINES_AT_MOST = 300;

const files = [...ROOMS, 'test'].flatMap((room) =>
  readdirSync(room, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('fixtures'))
    .map((file) => ({ room, path: `${room}/${file}`, text: readFileSync(`${room}/${file}`, 'utf8') })),
);
const production = files.filter(({ room }) => room !== 'test');

function importsOf(file: { path: string; text: string }): string[] {
  const found = [...file.text.matchAll(/(?:^|\n)(?:import|export)[^;'"]*?from '([^']+)'|import\('([^']+)'\)|^import '([^']+)'/g)];
  return found.map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

function resolved(from: string, to: string): string {
  return new URL(to, `file:///${from}`).pathname.slice(1);
}

test('no room imports, or types itself by, a room that it may not know', () => {
  const wrong = production.flatMap((file) =>
    importsOf(file)
      .filter((to) => to.startsWith('.'))
      .map((to) => resolved(file.path, to))
      .filter((to) => !MAY_KNOW[file.room]?.includes(to.split('/')[0] ?? ''))
      .map((to) => `${file.path} → ${to}`),
  );
  assert.equal(wrong, []);
});

test('the domain and the schemas import no Node built-in, and the domain no package', () => {
  const wrong = production
    .filter(({ room }) => room === 'domain' || room === 'schemas')
    .flatMap((file) =>
      importsOf(file)
        .filter((to) => to.startsWith('node:') || (file.room === 'domain' && !to.startsWith('.')))
        .map((to) => `${file.path} → ${to}`),
    );
  assert.equal(wrong, []);
});

test('the domain has neither clock nor randomness', () => {
  const wrong = production.filter(({ room, text }) => room === 'domain' && /Date\.now|new Date\(\)|Math\.random|performance\.now|randomUUID/.test(text));
  assert.equal(
    wrong.map(({ path }) => path),
    [],
  );
});

test('process.env is read in adapters/config.ts and by the command line only', () => {
  const allowed = ['adapters/config.ts', 'adapters/cli/connect.ts'];
  const wrong = production.filter(({ path, text }) => text.includes('process.env') && !allowed.includes(path));
  assert.equal(
    wrong.map(({ path }) => path),
    [],
  );
});

test('every test file runs its suite', () => {
  const wrong = files.filter(({ path, text }) => path.endsWith('.test.ts') && !/\.run\(\)|Contract\(|SKIP \d/.test(text));
  assert.equal(
    wrong.map(({ path }) => path),
    [],
  );
});

test('no test is focused, and none is skipped without a reason', () => {
  const wrong = files.filter(({ path, text }) => path.endsWith('.test.ts') && path !== 'test/tidy/architecture.test.ts' && /\.only\(|\.skip\(/.test(text));
  assert.equal(
    wrong.map(({ path }) => path),
    [],
  );
});

test('files stay small enough to read', () => {
  const wrong = files.filter(({ text }) => text.split('\n').length > LINES_AT_MOST);
  assert.equal(
    wrong.map(({ path }) => path),
    [],
  );
});

test('file names are kebab-case and nothing is exported by default', () => {
  const wrong = files.filter(({ path, text }) => !/^[a-z0-9./-]+$/.test(path) || /^export default/m.test(text));
  assert.equal(
    wrong.map(({ path }) => path),
    [],
  );
});

test('no unfinished work is marked in the code', () => {
  const wrong = production.filter(({ text }) => /\b(TODO|FIXME|XXX)\b/.test(text));
  assert.equal(
    wrong.map(({ path }) => path),
    [],
  );
});

test.run();
