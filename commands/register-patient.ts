import { reject } from '../domain/rejections.js';
import type { RegisterPatient } from '../schemas/commands/register-patient.js';
import { absentPatient } from './absent-patient.js';
import { type StatementRequest, saidBy, submitPatient } from './assert.js';
import { assertionOf } from './assertion.js';
import { claimOf } from './claim.js';
import type { CommandDeps } from './deps.js';
import { locatedAs } from './locate-patient.js';
import type { Outcome } from './request.js';

/**
 * A source makes a patient known. The claim and the patient's keys are durable before the first event; a crash in
 * between leaves a claim without a stream, which the source's retry then fills.
 */
export async function registerPatient(deps: CommandDeps, request: StatementRequest<RegisterPatient>, sourceId: string): Promise<Outcome> {
  if (request.resource.parsed.resourceType !== 'Patient') return reject('unsupported-resource');
  const { tenant } = request.caller;
  const claim = claimOf(await deps.vault.tenantRing(tenant), sourceId, request.body.sourceRecordId);
  const patientId = await deps.vault.claimPatient(tenant, claim);
  const located = await locatedAs(deps, tenant, patientId);
  // The claim of an erased patient stays: a source that sends all it has again must not bring them back.
  if (located === undefined) return absentPatient(deps, tenant, patientId);
  const assertion = assertionOf(deps, saidBy(request, located, sourceId));
  if ('kind' in assertion) return assertion;
  return submitPatient(deps, request, located, 'register-patient', { name: 'register-patient', assertion });
}
