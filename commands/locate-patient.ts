import { identifierText } from '../domain/identity/identifiers.js';
import { type Rejection, reject } from '../domain/rejections.js';
import type { CommandDeps } from './deps.js';
import type { KeyRing } from './ports.js';

export interface PatientNamed {
  readonly patientId?: string;
  readonly identifier?: { readonly system: string; readonly value: string };
}

export interface Located {
  readonly patientId: string;
  readonly ring: KeyRing;
}

/**
 * The patient that a command names. An identifier is looked up in the patient index; when the index does not know it yet,
 * it is given the chance to read what the log holds by now, since the registration may have been acknowledged just before.
 */
export async function locatePatient(deps: CommandDeps, tenant: string, named: PatientNamed): Promise<Located | Rejection> {
  const patientId = named.patientId ?? (await byIdentifier(deps, tenant, named.identifier));
  if (typeof patientId !== 'string') return patientId;
  const ring = await deps.vault.patientRing(tenant, patientId);
  return ring === undefined ? reject('unknown-patient') : { patientId, ring };
}

async function byIdentifier(deps: CommandDeps, tenant: string, identifier: PatientNamed['identifier']): Promise<string | Rejection> {
  if (identifier === undefined) return reject('patient-required');
  const ring = await deps.vault.tenantRing(tenant);
  const token = ring.blind('identifier', identifierText(identifier.system, identifier.value));
  let found = await deps.patientIndex.find(tenant, token, 2);
  if (found.length === 0) {
    await deps.patientIndex.catchUp();
    found = await deps.patientIndex.find(tenant, token, 2);
  }
  const [first, second] = found;
  if (first === undefined) return reject('unknown-patient');
  return second === undefined ? first : reject('ambiguous-patient');
}
