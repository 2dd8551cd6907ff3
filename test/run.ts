import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Job, jobsOf } from './support/jobs.js';
import { LONG } from './support/runs.js';

/**
 * Runs every compiled `*.test.js` and adds up what uvu says: a file in a process of its own, or with others of its folder where
 * tests leave each other alone and starting a process would cost more than they do. A process that reports no test and names no reason for
 * skipping has failed, and so has a file among others that runs no suite: it would otherwise vanish and pass.
 */
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const AT_ONCE = 3;
const PROCESS_WITHIN_MS = (LONG ? 40 : 4) * 60_000;
const underWay = new Set<ChildProcess>();
const folder = fileURLToPath(new URL('.', import.meta.url));
const entries = mkdtempSync(join(tmpdir(), 'tests-'));

/** One module that loads them all, so that every suite is there before the first runs. A file, since threads inherit the arguments. */
function entryOf({ files }: Job): string {
  const [first = ''] = files;
  if (files.length === 1) return join(folder, first);
  const entry = join(entries, `${files.length}-from-${first.replaceAll('/', '-')}.mjs`);
  writeFileSync(entry, files.map((file) => `import ${JSON.stringify(pathToFileURL(join(folder, file)).href)};\n`).join(''));
  return entry;
}

function run(job: Job): Promise<{ counts: Counts; output: string; elapsedMs: number }> {
  return new Promise((resolve) => {
    const began = Date.now();
    const child = spawn(process.execPath, ['--enable-source-maps', entryOf(job)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FORCE_COLOR: '0' },
      // A group of its own, so that whatever it started ends with it.
      detached: true,
    });
    underWay.add(child);
    let output = '';
    const hear = (chunk: Buffer) => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const timer = setTimeout(() => endGroup(child), PROCESS_WITHIN_MS);
    child.on('close', (code) => {
      clearTimeout(timer);
      endGroup(child);
      underWay.delete(child);
      resolve({ counts: countsOf(output, code), output, elapsedMs: Date.now() - began });
    });
  });
}

/** Ledgers and command lines that a test left behind, or that outlive it because it ran out of time, would burden the next ones. */
function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'ESRCH') throw fault;
  }
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

const waiting = jobsOf(folder, process.argv.slice(2));
if (waiting.length === 0) {
  process.stderr.write('No test file fits.\n');
  process.exit(1);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const child of underWay) endGroup(child);
    process.kill(process.pid, signal);
  });
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
