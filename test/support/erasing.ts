import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from '../../adapters/clock.js';
import { StoredKeyDirectory } from '../../adapters/keys/directory.js';
import { eraser } from '../../adapters/keys/eraser.js';
import { ErasureCertifier } from '../../adapters/keys/erasure-certifier.js';
import type { startErasures } from '../../adapters/keys/erasures.js';
import { MemoryEventStore } from '../../adapters/memory/event-store.js';
import { quarantine } from '../../commands/quarantine.js';
import { reject } from '../../domain/rejections.js';
import { MODELS_OF_PATIENTS } from '../../projections/rows-of-patient.js';
import type { EventOf, Recorded } from '../../schemas/catalogue.js';
import { allergy, callerOf, Desk, person } from '../commands/desk.js';
import { TestVault } from './vault.js';

export const officer = callerOf('privacy-officer', 'officer-1', 'acme', 'HCOMPL');
const folders: string[] = [];

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export type Ordered = Recorded<EventOf<'erasure-ordered'>>;

/** A patient whose erasure was ordered, and everything that has to do with it: nothing of it has happened yet. */
export async function ordered(lines: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'erasures-'));
  folders.push(folder);
  const store = new MemoryEventStore();
  const vault = new TestVault();
  const desk = new Desk(store, vault.keys, folder, new StoredKeyDirectory(vault.store, vault.root));
  const ehr = await desk.source('ehr');
  const { patientId } = await desk.done(ehr, 'register-patient', { sourceRecordId: 'p', resource: person() });
  await desk.done(ehr, 'record-fact', { patientId, sourceRecordId: 'a', resource: allergy() });
  const context = { caller: ehr, correlationId: 'b2a1c3d4-0000-4000-8000-000000000000' };
  for (const line of lines) await quarantine(desk.deps, context, line, reject('invalid-json'));
  const body = { patientId, ground: 'unlawful-processing', requestedBy: 'patient', reason: 'never agreed' };
  const { receipt } = await desk.done(officer, 'erase-patient', body);
  const { events } = await store.readAll({ after: null, limit: 100, types: ['erasure-ordered'] });
  return { desk, vault, store, patientId, receipt, order: events[0] as Ordered, ehr, body };
}

export type World = Awaited<ReturnType<typeof ordered>>;
type ErasuresDeps = Parameters<typeof startErasures>[0];

/** The models that no test desk runs have nothing of anybody. */
export async function project({ desk, store }: World): Promise<void> {
  await desk.project();
  const through = await store.head();
  for (const model of MODELS_OF_PATIENTS) desk.progress.report({ model, generation: 9, through, events: 1, caughtUp: true, building: false });
}

export function depsOf({ desk, vault, store }: World, missing: string[][] = []): ErasuresDeps {
  return {
    ...{ log: store, keyStore: vault.store, keys: vault.keys, models: desk.models, progress: desk.progress, states: desk.states, clock: desk.clock },
    submit: desk.deps.submit,
    keyBackupDays: 35,
    quarantineDays: 90,
    sleep: (ms, signal) => sleep(Math.min(ms, 20), signal),
    onFault: (fault) => {
      throw fault;
    },
    onDutyFault: (_, fault) => {
      throw fault;
    },
    onMissing: (_, what) => void missing.push([...what]),
  };
}

export const certifierOf = (world: World, missing: string[][] = []) => new ErasureCertifier(depsOf(world, missing));

export const destroy = ({ vault, order }: World, onErased = () => {}) => eraser({ store: vault.store, keys: vault.keys, onErased }).handle(order);

export async function certificates({ store }: World): Promise<readonly Recorded[]> {
  return (await store.readAll({ after: null, limit: 100, types: ['patient-erased'] })).events;
}
