import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FhirResource } from '../../../domain/identity/resource.js';
import { type Blinded, blinded } from '../../../domain/matching/blinded.js';

const FOLDER = fileURLToPath(new URL('../../../../test/fixtures/matching/', import.meta.url));

export interface FebrlRecord {
  readonly id: string;
  readonly blinded: Blinded;
}

/** A keyed hash as the tenant's ring makes them; the key of a test. */
export const blindForTests = (text: string): string => createHmac('sha256', 'a key of the tests').update(text).digest('base64url').slice(0, 22);

/** Rows of a FEBRL file as FHIR Patients, then as tokens: `soc_sec_id` is left out, and `rec_id` is the truth and nothing else. */
export function febrl(file: string): FebrlRecord[] {
  const [header = '', ...lines] = readFileSync(`${FOLDER}${file}`, 'utf8').trim().split(/\r?\n/);
  const columns = header.split(',').map((name) => name.trim());
  return lines.map((line) => {
    const cells = line.split(',').map((cell) => cell.trim());
    const row = Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? ''])) as Record<string, string>;
    return { id: row['rec_id'] as string, blinded: blinded(patientOf(row), blindForTests) };
  });
}

export function patientOf(row: Readonly<Record<string, string>>): FhirResource {
  const birth = row['date_of_birth'] ?? '';
  const lines = [[row['street_number'], row['address_1']].filter((part) => part !== '').join(' '), row['address_2'] ?? ''].filter((line) => line !== '');
  return {
    resourceType: 'Patient',
    name: [{ family: row['surname'] ?? '', given: row['given_name'] === '' ? [] : [row['given_name'] ?? ''] }],
    ...(birth === '' ? {} : { birthDate: `${birth.slice(0, 4)}-${birth.slice(4, 6)}-${birth.slice(6, 8)}` }),
    address: [{ line: lines, city: row['suburb'] ?? '', postalCode: row['postcode'] ?? '', state: row['state'] ?? '' }],
  };
}

/** `rec-N-org` and `rec-N-dup-K` are the same person N. */
export const personOfId = (id: string): string => id.split('-')[1] as string;

/** Pairs that share a block of at most so many records, each once; by place in the lists. Within one list, both are it. */
export function blockedPairs(left: readonly FebrlRecord[], right: readonly FebrlRecord[], blockAtMost: number): [number, number][] {
  const blocks = new Map<string, [number[], number[]]>();
  const enter = (records: readonly FebrlRecord[], side: 0 | 1) => {
    records.forEach(({ blinded: { blocks: own } }, at) => {
      for (const block of own) {
        const known = blocks.get(block) ?? [[], []];
        known[side].push(at);
        blocks.set(block, known);
      }
    });
  };
  enter(left, 0);
  enter(right, 1);
  const pairs = new Set<number>();
  for (const [ours, theirs] of blocks.values()) {
    for (const one of ours.slice(0, blockAtMost))
      for (const other of theirs.slice(0, blockAtMost)) if (left !== right || one < other) pairs.add(one * right.length + other);
  }
  return Array.from(pairs, (pair) => [Math.floor(pair / right.length), pair % right.length]);
}
