import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { StoredKeyDirectory } from '../../adapters/keys/directory.js';
import { eraser } from '../../adapters/keys/eraser.js';
import { InputRetention } from '../../adapters/keys/input-retention.js';
import { MemoryEventStore } from '../../adapters/memory/event-store.js';
import { quarantine } from '../../commands/quarantine.js';
import { type Rejection, reject } from '../../domain/rejections.js';
import type { EventOf, LedgerEvent, Recorded } from '../../schemas/catalogue.js';
import type { SealedPart } from '../../schemas/event.js';
import { callerOf, codeOf, Desk, person } from '../commands/desk.js';
import { TestVault } from './vault.js';

export const officer = callerOf('privacy-officer', 'officer-1', 'acme', 'HCOMPL');
export const DAY_MS = 86_400_000;
const folders: string[] = [];

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export type Quarantined = EventOf<'input-quarantined'>;
export type Ordered = Recorded<EventOf<'erasure-ordered'>>;

/** A source that sends lines, and a patient of its. */
export async function world() {
  const folder = mkdtempSync(join(tmpdir(), 'quarantined-'));
  folders.push(folder);
  const store = new MemoryEventStore();
  const vault = new TestVault();
  const desk = new Desk(store, vault.keys, folder, new StoredKeyDirectory(vault.store, vault.root));
  const ehr = await desk.source('ehr');
  const who = { ...person(), identifier: [{ system: 'urn:mrn', value: 'MRN-77123409' }] };
  const { patientId } = await desk.done(ehr, 'register-patient', { sourceRecordId: 'p', resource: who });
  const keep = (text: string, refusal: Rejection = reject('invalid-resource')) =>
    quarantine(desk.deps, { caller: ehr, correlationId: 'b2a1c3d4-0000-4000-8000-000000000000' }, text, refusal).then(codeOf);
  return { store, vault, desk, ehr, patientId, keep };
}
export type World = Awaited<ReturnType<typeof world>>;

export async function eventsOf<T extends LedgerEvent['type']>({ store }: World, type: T): Promise<Recorded<EventOf<T>>[]> {
  return (await store.readAll({ after: null, limit: 1000, types: [type] })).events as Recorded<EventOf<T>>[];
}

export async function ordered(world: World): Promise<Ordered> {
  const body = { patientId: world.patientId, ground: 'unlawful-processing', requestedBy: 'patient', reason: 'never agreed' };
  await world.desk.done(officer, 'erase-patient', body);
  return (await eventsOf(world, 'erasure-ordered'))[0] as Ordered;
}

export const destroy = ({ vault }: World, order: Recorded) => eraser({ store: vault.store, keys: vault.keys, onErased: () => {} }).handle(order);

export const open = ({ vault }: World, { data, stream, id, sealed }: Quarantined) =>
  vault.vault.withInput('acme', data.inputToken, (ring) => ring.open(sealed[0] as SealedPart, { stream, eventId: id }));

export const retention = (world: World, quarantineDays = 90, onFault = (_: string, fault: unknown): void => assert.unreachable(String(fault))) =>
  new InputRetention({ log: world.store, keyStore: world.vault.store, clock: world.desk.clock, quarantineDays, onFault });

/** A line as it was kept before lines had keys of their own. */
export async function keptUnderTenant({ vault, store, desk }: World, text: string): Promise<void> {
  const [own] = (await store.readAll({ after: null, limit: 1, types: ['input-quarantined'] })).events as Recorded<Quarantined>[];
  const event = { ...(own as Recorded<Quarantined>).event, id: desk.ids.next(), stream: 'acme.quarantine-old' };
  const ring = await vault.vault.tenantRing('acme');
  const part = await ring.seal({ stream: event.stream, eventId: event.id, name: 'content', scope: 'quarantine' }, text);
  await store.append(event.stream, 'none', [{ ...event, sealed: [part], data: { ...event.data, sealedUnder: 'tenant' } }]);
}
