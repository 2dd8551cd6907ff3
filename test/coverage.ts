import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PHI_CODE } from './support/phi-code.js';

/**
 * `npm run coverage`: runs every test once, and reports twice on what was run: lines of all code, and lines and branches of the
 * code that touches PHI. `npm run coverage:phi` prints the second report of the last run anew.
 */
const DIST = 'dist';
const ROOMS = `${DIST}/{schemas,domain,commands,projections,adapters}/**/*.js`;
const RUNS = join('coverage', 'tmp');
const RUN = fileURLToPath(new URL('./run.js', import.meta.url));

interface Report {
  readonly name: string;
  readonly include: readonly string[];
  readonly leastLines: number;
  readonly leastBranches: number;
}

const ALL: Report = { name: 'all code', include: [ROOMS], leastLines: 95, leastBranches: 0 };
const PHI: Report = { name: 'code that touches PHI', include: PHI_CODE.map((form) => `${DIST}/${form}`), leastLines: 100, leastBranches: 100 };

/** Modules of types alone: compiled, nothing is left of them that could be run. */
function typesOnly(): string[] {
  const files = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js') && !file.startsWith('test'));
  return files
    .map((file) => `${DIST}/${file}`)
    .filter(
      (file) =>
        readFileSync(file, 'utf8')
          .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
          .trim() === 'export {};',
    );
}

function holds({ name, include, leastLines, leastBranches }: Report, exclude: readonly string[]): boolean {
  process.stdout.write(`\n${name}: at least ${leastLines} % of the lines${leastBranches > 0 ? `, ${leastBranches} % of the branches` : ''}\n`);
  const { status } = spawnSync(
    'npx',
    [
      ...['c8', 'report', '--all', '--src', DIST, '--temp-directory', RUNS, '--reporter', 'text'],
      ...['--check-coverage', '--lines', `${leastLines}`, '--branches', `${leastBranches}`, '--functions', '0', '--statements', '0'],
      ...include.flatMap((form) => ['--include', form]),
      ...exclude.flatMap((file) => ['--exclude', file]),
    ],
    { stdio: 'inherit' },
  );
  return status === 0;
}

function runTests(): boolean {
  rmSync(RUNS, { recursive: true, force: true });
  return spawnSync(process.execPath, [RUN], { stdio: 'inherit', env: { ...process.env, NODE_V8_COVERAGE: RUNS } }).status === 0;
}

const reports = process.argv[2] === 'phi' ? [PHI] : [ALL, PHI];
const passed = reports.length === 1 || runTests();
if (!existsSync(RUNS)) {
  process.stderr.write('There is no run to report on: npm run coverage\n');
  process.exit(1);
}
const exclude = typesOnly();
const fallShort = reports.filter((report) => !holds(report, exclude));
for (const { name } of fallShort) process.stdout.write(`FAIL ${name}\n`);
process.exit(passed && fallShort.length === 0 ? 0 : 1);
