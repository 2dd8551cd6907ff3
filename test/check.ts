import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** `npm run check`: types were checked by the build before it; then lint and format, dependency rules, tidiness, generated files. */
const steps: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['lint and format', 'npx', 'biome', 'check', '.', '--error-on-warnings'],
  [
    'dependency rules',
    'npx',
    'depcruise',
    '--config',
    '.dependency-cruiser.cjs',
    'dist/schemas',
    'dist/domain',
    'dist/commands',
    'dist/projections',
    'dist/adapters',
  ],
  ['tidy house, generated files fresh', process.execPath, fileURLToPath(new URL('./run.js', import.meta.url)), 'tidy'],
];

for (const [name, command, ...args] of steps) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  process.stdout.write(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}\n`);
  if (status !== 0) {
    process.stdout.write(`${stdout}${stderr}\n`);
    process.exit(1);
  }
}
