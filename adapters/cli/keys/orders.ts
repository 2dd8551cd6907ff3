import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { KeyLevel } from '../../../schemas/phi/key-levels.js';
import { CliProblem } from '../problem.js';
import type { KeysDesk } from './online.js';
import { incidentWords, rotationWords, suspensionWords } from './overview.js';

/** A description has 4,000 characters, each of four bytes at most, and a line end. */
const DESCRIPTION_AT_MOST_BYTES = 16_002;

export interface Report {
  readonly since: string;
  readonly descriptionFile: string;
  readonly patient?: string;
  readonly key?: string;
}

interface Rotate {
  readonly level: KeyLevel;
  readonly patientId?: string;
  readonly because?: string;
  readonly activatesAt?: string;
}

interface Suspend {
  readonly level: KeyLevel;
  readonly patientId?: string;
  readonly because: string;
}

/** Orders a rotation and waits for it. The root is everybody's: for it a second person has to agree. */
export async function rotate(desk: KeysDesk, body: Rotate): Promise<void> {
  if (body.level === 'root') return proposeRotation(desk, body);
  await desk.send('rotate-key', body);
  if (body.activatesAt !== undefined) return scheduled(desk);
  await rotated(desk, body.level, body.patientId ?? null);
}

/** The next key is there when this ends; it is put into use without us. */
async function scheduled(desk: KeysDesk): Promise<void> {
  const at = await desk.until(({ rotations, tenantKeys }) => {
    const latest = rotations.findLast(({ level, activatesAt }) => level === 'tenant' && activatesAt !== null);
    return tenantKeys.at(-1)?.state === 'pre-active' ? latest?.activatesAt : undefined;
  });
  process.stdout.write(`${at == null ? 'Ordered: `keys list` shows when the next key is there.' : `The next key is there, and is put into use at ${at}.`}\n`);
}

/** Orders that a key seals nothing, or seals again, and waits until that is so. */
export async function suspendOrResume(desk: KeysDesk, command: 'suspend-key' | 'resume-key', body: Suspend): Promise<void> {
  await desk.send(command, body);
  const kind = command === 'suspend-key' ? 'suspend' : 'resume';
  const done = await desk.until(({ suspensions }) => {
    const latest = suspensions.findLast((one) => one.kind === kind && one.level === body.level && one.patientId === (body.patientId ?? null));
    return latest === undefined || latest.state === null ? undefined : latest;
  });
  process.stdout.write(`${done === undefined ? 'Ordered, and not carried out yet: `keys list` shows when it is.' : suspensionWords(done)}\n`);
}

export async function reseal(desk: KeysDesk): Promise<void> {
  await desk.send('reseal', {});
  await rotated(desk, 'tenant', null);
}

async function proposeRotation({ send, url }: KeysDesk, body: Rotate): Promise<void> {
  const { changeId } = await send('propose-change', { command: 'rotate-key', body, reason: 'Rotation of the root key, proposed on the command line.' });
  process.stdout.write(
    [
      `Proposed as change ${changeId}. It takes effect when another person, a privacy officer or a steward, sends within 7 days:`,
      `  curl -X POST ${url}/v1/commands/approve-change -H 'Authorization: Bearer THEIR-TOKEN' \\`,
      `    -H 'Content-Type: application/json' -d '{"changeId":"${changeId}"}'`,
      '',
    ].join('\n'),
  );
}

/** One order at a time is taken for a key, so the latest is ours, or came after ours was done. */
async function rotated(desk: KeysDesk, level: KeyLevel, patientId: string | null): Promise<void> {
  const done = await desk.until(({ rotations }) => {
    const latest = rotations.filter((one) => one.level === level && one.patientId === patientId).at(-1);
    return latest === undefined || latest.completedAt === null ? undefined : latest;
  });
  process.stdout.write(`${done === undefined ? 'Ordered, and still under way: `keys list` shows when it is done.' : rotationWords(done)}\n`);
}

/** Reports a key and waits until the ledger has put it out of use and counted what was exposed. */
export async function report(desk: KeysDesk, level: KeyLevel, { since, descriptionFile, patient, key }: Report): Promise<void> {
  const named = { ...(patient === undefined ? {} : { patientId: patient }), ...(key === undefined ? {} : { keyId: key }) };
  await desk.send('report-key-compromise', { level, ...named, suspectedSince: since, description: descriptionIn(descriptionFile) });
  const opened = await desk.until(({ compromises }) => {
    const latest = compromises.filter((one) => one.level === level && one.patientId === (patient ?? null) && (key === undefined || one.keyId === key)).at(-1);
    return latest?.incident == null ? undefined : incidentWords(latest, latest.incident);
  });
  process.stdout.write(`${opened ?? 'Reported, and still being worked out: `keys list` shows the incident when it is opened.'}\n`);
}

/** The report byte for byte, so that its digest can be taken of what was printed. */
export async function showCompromise(desk: KeysDesk, reportId: string): Promise<void> {
  const text = await desk.get(`/v1/keys/compromises/${encodeURIComponent(reportId)}`);
  process.stdout.write(text);
  process.stderr.write(`\nSHA-256 ${createHash('sha256').update(text).digest('hex')}, as the incident says.\n`);
}

function descriptionIn(path: string): string {
  const bytes = Buffer.alloc(DESCRIPTION_AT_MOST_BYTES + 1);
  let length: number;
  try {
    const file = openSync(path, 'r');
    try {
      length = readSync(file, bytes);
    } finally {
      closeSync(file);
    }
  } catch (fault) {
    throw new CliProblem(`The description file cannot be read: ${(fault as NodeJS.ErrnoException).code}.`);
  }
  if (length > DESCRIPTION_AT_MOST_BYTES) throw new CliProblem('The description file is too large: 4,000 characters are taken.');
  const text = textOf(bytes.subarray(0, length)).trimEnd();
  if (text === '') throw new CliProblem('The description file is empty.');
  return text;
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CliProblem('The description file is not UTF-8.');
  }
}
