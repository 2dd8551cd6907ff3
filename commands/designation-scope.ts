import { type AskedScope, codeTextsOf, scopeFault } from '../domain/authority/asked-scope.js';
import { type Rejection, reject } from '../domain/rejections.js';
import type { DesignationScope } from '../schemas/events/system-of-record-designated.js';
import { absentPatient } from './absent-patient.js';
import type { CommandDeps } from './deps.js';
import type { KeyRing } from './ports.js';

export interface NamedScope {
  readonly scope: DesignationScope;
  /** The patient's keys; null for a tenant-wide scope. */
  readonly ring: KeyRing | null;
}

/** A scope as events keep it: its codes blinded under the patient's own key, so that the clear text of no event names a condition. */
export async function nameScope(deps: Pick<CommandDeps, 'vault' | 'store'>, tenant: string, asked: AskedScope): Promise<NamedScope | Rejection> {
  const fault = scopeFault(asked);
  if (fault !== null) return reject('invalid-scope', [fault]);
  const { patientId = null, organization = null, category = null, element = null } = asked;
  const ring = patientId === null ? null : await deps.vault.patientRing(tenant, patientId);
  if (ring === undefined) return absentPatient(deps, tenant, patientId ?? '');
  const texts = codeTextsOf(asked);
  const codes = ring === null || texts === null ? null : texts.map((text) => ring.blind('code', text)).sort();
  return { scope: { patientId, codes, organization, category, element }, ring };
}
