import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Runs every compiled `*.test.js` and adds up what uvu says: a file in a process of its own, or with others of its folder where
 * tests are pure and starting a process would cost more than they do. A process that reports no test and names no reason for
 * skipping has failed, and so has a file among others that runs no suite: it would otherwise vanish and pass.
 */
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const AT_ONCE = 3;
const FILE_WITHIN_MS = 170_000;
const folder = fileURLToPath(new URL('.', import.meta.url));
const entries = mkdtempSync(join(tmpdir(), 'tests-'));
const wanted = process.argv.slice(2);

/** Folders whose files may share a process: nothing of theirs gets in another's way. How many, so that all workers have something to do. */
const TOGETHER = /^(domain|schemas|projections|commands|adapters\/http|adapters\/keys|adapters\/masking|adapters\/matching|adapters\/fhir)\//;
const TOGETHER_AT_MOST: Readonly<Record<string, number>> = { commands: 7, 'adapters/http': 7, 'adapters/keys': 8, 'adapters/fhir': 4 };
const OTHERWISE_AT_MOST = 24;

interface Job {
  readonly name: string;
  readonly files: readonly string[];
}

/** A file that waits while it is loaded goes alone: others would begin meanwhile. */
function jobs(): Job[] {
  const [pure, alone]: [Map<string, string[]>, Job[]] = [new Map(), []];
  for (const file of testFiles()) {
    const text = readFileSync(join(folder, file), 'utf8');
    const room = TOGETHER.exec(file)?.[1];
    if (room === undefined || isLong(file) || /^(const .* = )?await /m.test(text) || !/\.run\(\)/.test(text)) alone.push({ name: file, files: [file] });
    else pure.set(room, [...(pure.get(room) ?? []), file]);
  }
  const groups = [...pure].flatMap(([room, files]) => {
    const pieces: Job[] = [];
    const atMost = TOGETHER_AT_MOST[room] ?? OTHERWISE_AT_MOST;
    for (let from = 0; from < files.length; from += atMost) {
      const some = files.slice(from, from + atMost);
      pieces.push({ name: some.length === 1 ? (some[0] as string) : `${room}: ${some.length} files from ${some[0]}`, files: some });
    }
    return pieces;
  });
  const firstShort = alone.findIndex(({ name }) => !isLong(name));
  return [...alone.slice(0, firstShort < 0 ? alone.length : firstShort), ...groups, ...alone.slice(firstShort < 0 ? alone.length : firstShort)];
}

function testFiles(): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.js'));
  const chosen = wanted.length === 0 ? files : files.filter((file) => wanted.some((word) => file.includes(word)));
  // The long ones first, so that they do not wait at the end alone.
  return chosen.sort((left, right) => Number(isLong(right)) - Number(isLong(left)) || left.localeCompare(right));
}

function isLong(file: string): boolean {
  return /^(crash|end-to-end|leaks|contracts|domain\/(resolution|matching))|resolutions-order/.test(file);
}

/** One module that loads them all, so that every suite is there before the first runs. A file, since threads inherit the arguments. */
function entryOf({ files }: Job): string {
  if (files.length === 1) return join(folder, files[0] as string);
  const entry = join(entries, `${files.length}-from-${(files[0] as string).replaceAll('/', '-')}.mjs`);
  writeFileSync(entry, files.map((file) => `import ${JSON.stringify(pathToFileURL(join(folder, file)).href)};\n`).join(''));
  return entry;
}

function run(job: Job): Promise<{ counts: Counts; output: string; elapsedMs: number }> {
  return new Promise((resolve) => {
    const began = Date.now();
    const child = spawn(process.execPath, ['--enable-source-maps', entryOf(job)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FORCE_COLOR: '0' },
    });
    let output = '';
    const hear = (chunk: Buffer) => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const timer = setTimeout(() => child.kill('SIGKILL'), FILE_WITHIN_MS);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ counts: countsOf(output, code), output, elapsedMs: Date.now() - began });
    });
  });
}

function countsOf(output: string, code: number | null): Counts {
  const sum = (form: RegExp) => [...output.matchAll(form)].reduce((total, match) => total + Number(match[1]), 0);
  const total = sum(/^\s*Total:\s+(\d+)/gm);
  const passed = sum(/^\s*Passed:\s+(\d+)/gm);
  const skipped = sum(/^\s*Skipped:\s+(\d+)/gm) + sum(/^SKIP (\d+) /gm);
  const failed = Math.max(0, total - passed - sum(/^\s*Skipped:\s+(\d+)/gm));
  const broken = (code !== 0 && failed === 0) || (total === 0 && skipped === 0);
  return { passed, failed: failed + (broken ? 1 : 0), skipped };
}

const waiting = jobs();
if (waiting.length === 0) {
  process.stderr.write('No test file fits.\n');
  process.exit(1);
}
const all: Counts = { passed: 0, failed: 0, skipped: 0 };
const reasons = new Set<string>();

async function worker(): Promise<void> {
  for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
    const { counts, output, elapsedMs } = await run(job);
    all.passed += counts.passed;
    all.failed += counts.failed;
    all.skipped += counts.skipped;
    for (const line of output.match(/^SKIP \d+ .*$/gm) ?? []) reasons.add(line);
    const name = job.name.replace(/\.js$/, '.ts');
    process.stdout.write(`${counts.failed === 0 ? 'ok  ' : 'FAIL'} ${name} (${counts.passed} passed, ${(elapsedMs / 1000).toFixed(1)} s)\n`);
    if (counts.failed > 0) process.stdout.write(`${output}\n`);
  }
}

const began = Date.now();
await Promise.all(Array.from({ length: AT_ONCE }, worker));
rmSync(entries, { recursive: true });
for (const reason of reasons) process.stdout.write(`${reason}\n`);
process.stdout.write(`in ${((Date.now() - began) / 1000).toFixed(0)} s\n`);
process.stdout.write(`${all.passed} passed, ${all.failed} failed${all.skipped > 0 ? `, ${all.skipped} skipped` : ''}\n`);
process.exit(all.failed === 0 ? 0 : 1);
