import type { ChangeControl } from '../../domain/change-control/protected.js';
import { streams } from '../../domain/streams.js';
import type { EventOf, Recorded } from '../../schemas/catalogue.js';
import { allergy, type Desk, openDesk, person, steward } from './desk.js';
import { WatchedEventStore } from './stores.js';

const TENANT = 'acme';
export const REASON = 'the same person, registered twice';

/** Two hospitals' systems, each of which knows the same person as a patient of its own. */
export async function twoPatients(changeControl: ChangeControl = 'one-person') {
  const store = new WatchedEventStore();
  const desk = await openDesk(store, changeControl);
  const [ehr, lis] = [await desk.source('ehr'), await desk.source('lis')];
  const { patientId: survivor } = await desk.done(ehr, 'register-patient', { resource: person(), sourceRecordId: 'p1' });
  const { patientId: absorbed } = await desk.done(lis, 'register-patient', { resource: person({ gender: 'female' }), sourceRecordId: 'l1' });
  return { store, desk, ehr, lis, survivor, absorbed };
}
export type TwoPatients = Awaited<ReturnType<typeof twoPatients>>;

export function merge({ desk }: { desk: Desk }, absorbed: string, survivor: string) {
  return desk.send(steward, 'merge-patients', { survivor, absorbed, reason: REASON });
}

export function unmerge({ desk }: { desk: Desk }, absorbed: string, survivor: string) {
  return desk.send(steward, 'unmerge-patients', { survivor, absorbed, reason: 'they are twins' });
}

export function fact(patientId: string, sourceRecordId: string, code = '91936005', more: object = {}) {
  return { patientId, resource: allergy(code), sourceRecordId, sourceVersion: '1', ...more };
}

export async function eventsOf(store: WatchedEventStore, patientId: string): Promise<readonly Recorded[]> {
  return store.readStream(streams.patient(TENANT, patientId), { limit: 10_000 });
}

export async function translationsOf(store: WatchedEventStore, patientId: string, toward?: string): Promise<EventOf<'statements-translated'>[]> {
  const events = (await eventsOf(store, patientId)).map(({ event }) => event);
  const translations = events.filter((event) => event.type === 'statements-translated');
  return translations.filter(({ data }) => toward === undefined || data.toward === toward);
}

/** Ids of the events that were translated, each as often as it was. */
export async function translatedIds(store: WatchedEventStore, patientId: string, toward?: string): Promise<string[]> {
  const translations = await translationsOf(store, patientId, toward);
  return translations.flatMap(({ data }) => [...new Set(data.statements.map(({ eventId }) => eventId))]);
}

/** Accesses that opened something for a command. */
export async function openings(store: WatchedEventStore) {
  const { events } = await store.readAll({ after: null, limit: 10_000, types: ['access-recorded'] });
  return events.map(({ event }) => event as EventOf<'access-recorded'>).filter(({ data }) => data.opened > 0);
}
