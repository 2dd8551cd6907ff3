import { type Blinded, blinded } from '../../domain/matching/blinded.js';
import { candidatesProjection } from '../../projections/candidates.js';
import type { CandidateRow } from '../../projections/candidates-rows.js';
import type { Row } from '../../projections/ports.js';
import type { Projection } from '../../projections/projection.js';
import type { LedgerEvent } from '../../schemas/catalogue.js';
import { blindForTests } from '../domain/matching/febrl.js';
import { patient, type Said } from '../domain/matching/people.js';
import { eventOf } from '../support/events.js';
import { pagesOf, recorded, rowsAfter } from './folding.js';

const tokens = new WeakMap<LedgerEvent, Blinded>();

/** The projection, given what the tests' events say. */
export const projection: Projection = candidatesProjection((event) => tokens.get(event));

/** Ids of patients, in order. */
export const [A, B, C, D] = 'abcd'.split('').map((letter) => `00000000-0000-4000-8000-00000000000${letter}`) as [string, string, string, string];

const TENANT = 'test';
let minutes = 0;
const later = (): string => new Date(Date.UTC(2026, 2, 1) + 60_000 * minutes++).toISOString();

interface From {
  readonly source?: string;
  readonly version?: string | null;
  readonly replaces?: readonly string[];
}

export function registers(patientId: string, said: Said, { source = 'ehr', version = null }: From = {}): LedgerEvent {
  const event = eventOf('patient-registered', { ...about(patientId, source), data: { patientId, sourceVersion: version } });
  tokens.set(event, blinded(patient(said), blindForTests));
  return event;
}

export function updates(patientId: string, said: Said, { source = 'ehr', version = null, replaces = [] }: From = {}): LedgerEvent {
  const event = eventOf('demographics-updated', { ...about(patientId, source), data: { patientId, sourceVersion: version, replaces: [...replaces] } });
  tokens.set(event, blinded(patient(said), blindForTests));
  return event;
}

export function retracts(patientId: string, replaces: readonly string[], source = 'ehr'): LedgerEvent {
  return eventOf('fact-retracted', { ...about(patientId, source), data: { patientId, category: 'demographics', replaces: [...replaces] } });
}

/** The same record of a source about a patient, each time. */
function about(patientId: string, source: string) {
  return { tenant: TENANT, source: { id: source, recordKey: `${source}-${patientId}`.padEnd(22, 'x').slice(-22) }, recordedAt: later() };
}

const patients = (one: string, other: string) => [one, other].sort() as [string, string];

export const links = (one: string, other: string): LedgerEvent =>
  eventOf('patients-linked', { tenant: TENANT, recordedAt: later(), data: { patientIds: patients(one, other), reason: 'same person' } });

export const unlinks = (one: string, other: string, verdict: 'no-longer-linked' | 'different-people'): LedgerEvent =>
  eventOf('patients-unlinked', { tenant: TENANT, recordedAt: later(), data: { patientIds: patients(one, other), verdict, reason: 'reviewed' } });

export const merges = (absorbed: string, survivor: string, members: readonly string[] = [absorbed, survivor]): LedgerEvent =>
  eventOf('patients-merged', { tenant: TENANT, recordedAt: later(), data: { absorbed, survivor, group: { root: survivor, members: [...members] } } });

export const unmerges = (absorbed: string, survivor: string, kept: readonly string[] = [survivor], released: readonly string[] = [absorbed]): LedgerEvent =>
  eventOf('patients-unmerged', {
    tenant: TENANT,
    recordedAt: later(),
    data: { absorbed, survivor, kept: { root: survivor, members: [...kept] }, released: { root: absorbed, members: [...released] } },
  });

export async function rowsOf(events: readonly LedgerEvent[], pages: readonly number[] = []): Promise<Row[]> {
  return rowsAfter(projection, pagesOf(recorded(events), pages));
}

/** The pairs that these events leave, in the order of the work list. */
export async function pairsAfter(events: readonly LedgerEvent[], pages: readonly number[] = []): Promise<CandidateRow[]> {
  return (await rowsOf(events, pages)).filter(({ key }) => key.startsWith('c/')).map(({ value }) => value as CandidateRow);
}

/** `a-b open`, for each pair. */
export async function statesAfter(events: readonly LedgerEvent[]): Promise<string[]> {
  return (await pairsAfter(events)).map(({ patients: pair, state }) => `${pair.map((id) => id.slice(-1)).join('-')} ${state}`);
}
