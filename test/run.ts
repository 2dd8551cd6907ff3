import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Runs every compiled `*.test.js` in a process of its own and adds up what uvu says. A file that reports no test and
 * names no reason for skipping has failed: a suite without `.run()` would otherwise vanish and pass.
 */
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const AT_ONCE = 2;
const FILE_WITHIN_MS = 170_000;
const folder = fileURLToPath(new URL('.', import.meta.url));
const wanted = process.argv.slice(2);

function testFiles(): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.js'));
  const chosen = wanted.length === 0 ? files : files.filter((file) => wanted.some((word) => file.includes(word)));
  // The long ones first, so that they do not wait at the end alone.
  return chosen.sort((left, right) => Number(isLong(right)) - Number(isLong(left)) || left.localeCompare(right));
}

function isLong(file: string): boolean {
  return /^(crash|end-to-end|leaks|contracts|domain\/(resolution|matching))|resolutions-order/.test(file);
}

function run(file: string): Promise<{ counts: Counts; output: string; elapsedMs: number }> {
  return new Promise((resolve) => {
    const began = Date.now();
    const child = spawn(process.execPath, ['--enable-source-maps', join(folder, file)], {
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

const files = testFiles();
if (files.length === 0) {
  process.stderr.write('No test file fits.\n');
  process.exit(1);
}
const all: Counts = { passed: 0, failed: 0, skipped: 0 };
const reasons = new Set<string>();

async function worker(): Promise<void> {
  for (let file = files.shift(); file !== undefined; file = files.shift()) {
    const { counts, output, elapsedMs } = await run(file);
    all.passed += counts.passed;
    all.failed += counts.failed;
    all.skipped += counts.skipped;
    for (const line of output.match(/^SKIP \d+ .*$/gm) ?? []) reasons.add(line);
    const name = relative('.', file).replace(/\.js$/, '.ts');
    process.stdout.write(`${counts.failed === 0 ? 'ok  ' : 'FAIL'} ${name} (${counts.passed} passed, ${(elapsedMs / 1000).toFixed(1)} s)\n`);
    if (counts.failed > 0) process.stdout.write(`${output}\n`);
  }
}

const began = Date.now();
await Promise.all(Array.from({ length: AT_ONCE }, worker));
for (const reason of reasons) process.stdout.write(`${reason}\n`);
process.stdout.write(`in ${((Date.now() - began) / 1000).toFixed(0)} s\n`);
process.stdout.write(`${all.passed} passed, ${all.failed} failed${all.skipped > 0 ? `, ${all.skipped} skipped` : ''}\n`);
process.exit(all.failed === 0 ? 0 : 1);
