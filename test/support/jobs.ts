import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Test files that one process runs. */
export interface Job {
  readonly name: string;
  readonly files: readonly string[];
  readonly seconds: number;
}

/** Folders whose files may share a process: nothing of theirs gets in another's way, and most of them take less long than a process takes to start. */
const TOGETHER =
  /^(domain|schemas|projections|commands|contracts|vectors|adapters\/http|adapters(?=\/(?:auth|embedded|eventstoredb|fhir|keys|masking|matching|mongodb|scanning|search|ucum|vault-transit|webcrypto|[^/]+$)))/;
/** So much shares a process: a few processes at a time have to come out even. */
const TOGETHER_AT_MOST_SECONDS = 25;
const USUAL_SECONDS = 0.3;

/**
 * About how long files take, in seconds of a processor, where that is more than a moment. It decides what begins first and what
 * shares a process, so that no long one is left alone at the end: nothing breaks where it is wrong.
 */
const SECONDS: readonly (readonly [form: RegExp, seconds: number])[] = [
  [/^leaks\/searcher/, 1],
  [/^leaks\/canary/, 60],
  [/^leaks\/(breaking|servers)/, 20],
  [/^end-to-end\/load/, 40],
  [/^(crash\/|end-to-end\/(erasure|order|reading|lifecycle))/, 18],
  [/^(end-to-end|leaks)\//, 8],
  [/^adapters\/(container|cli\/verbs|cli\/keys|pkcs11\/(ledger|pkcs11-crash))/, 10],
  [/^adapters\/cli\/(load\.|offline)/, 5],
  [/^contracts\/read-models\.mongo-wire|^domain\/resolution\/(bundles|order)|^projections\/resolutions-order/, 7],
  [/^domain\/(masking\/safe-harbor|matching\/hard-pairs|scanning\/scan)/, 4],
  [/^adapters\/http\/(erasures|keys|masked|no-echo|patient-search)/, 3],
  [/^(contracts|faults|adapters\/(http|keys|matching|fhir|mongodb|eventstoredb))\//, 1.5],
  [/^(projections|commands|domain\/(phi|record|resolution))\//, 1],
];

/** All compiled test files whose path contains one of the words, or all where none is given, the longest first. */
export function jobsOf(folder: string, words: readonly string[]): Job[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.js'));
  const wanted = words.length === 0 ? files : files.filter((file) => words.some((word) => file.includes(word)));
  const rooms = new Map<string, string[]>();
  const jobs: Job[] = [];
  for (const file of wanted.sort()) {
    const room = mayShare(folder, file) ? TOGETHER.exec(file)?.[1] : undefined;
    if (room === undefined) jobs.push(jobOf(file, [file]));
    else rooms.set(room, [...(rooms.get(room) ?? []), file]);
  }
  for (const [room, some] of rooms) for (const together of shared(some)) jobs.push(jobOf(room, together));
  return jobs.sort((left, right) => right.seconds - left.seconds);
}

/** A file that waits while it is loaded goes alone: others would begin meanwhile. One that may end up with no suite does too: it would vanish among others. */
function mayShare(folder: string, file: string): boolean {
  const text = readFileSync(join(folder, file), 'utf8');
  return !/^(const .* = )?await /m.test(text) && /\.run\(\)|Contract\(/.test(text);
}

/** In as few processes as the limit allows, all of about the same length. */
function shared(files: readonly string[]): string[][] {
  const processes = Math.ceil(secondsOf(files) / TOGETHER_AT_MOST_SECONDS);
  const bins = Array.from({ length: processes }, (): string[] => []);
  const longestFirst = [...files].sort((left, right) => secondsOf([right]) - secondsOf([left]));
  for (const file of longestFirst) bins.reduce((least, bin) => (secondsOf(bin) < secondsOf(least) ? bin : least)).push(file);
  return bins;
}

function jobOf(room: string, files: readonly string[]): Job {
  const [first = ''] = files;
  return { name: files.length === 1 ? first : `${room}: ${files.length} files, the first ${first}`, files, seconds: secondsOf(files) };
}

function secondsOf(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + (SECONDS.find(([form]) => form.test(file))?.[1] ?? USUAL_SECONDS), 0);
}
