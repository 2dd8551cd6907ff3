import type { EventReader } from '../domain/log.js';
import { LedgerFault, type Rejection, reject } from '../domain/rejections.js';
import { streams } from '../domain/streams.js';
import type { Vault } from './ports.js';

/**
 * Why a patient has no keys: they were erased, which a source should be told, or there never was one. A patient of whom the log
 * knows and the key store does not is neither: the key store is older than the log, and to register them again would make two.
 */
export async function absentPatient(deps: { readonly vault: Vault; readonly store: EventReader }, tenant: string, patientId: string): Promise<Rejection> {
  if ((await deps.vault.standing(tenant, patientId)) === 'erased') return reject('patient-erased');
  const [event] = await deps.store.readStream(streams.patient(tenant, patientId), { limit: 1 });
  if (event === undefined) return reject('unknown-patient');
  throw new LedgerFault('key-unreadable', { cause: new Error('the log knows the patient, the key store does not') });
}
