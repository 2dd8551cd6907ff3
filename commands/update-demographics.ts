import { reject } from '../domain/rejections.js';
import type { UpdateDemographics } from '../schemas/commands/update-demographics.js';
import { assertAbout, type StatementRequest } from './assert.js';
import { claimOf } from './claim.js';
import type { CommandDeps } from './deps.js';
import type { Outcome } from './request.js';

/** A source states the demographics it holds of a known patient; from then on its own patient record names that patient. */
export async function updateDemographics(deps: CommandDeps, request: StatementRequest<UpdateDemographics>, sourceId: string): Promise<Outcome> {
  if (request.resource.parsed.resourceType !== 'Patient') return reject('unsupported-resource');
  const outcome = await assertAbout(deps, request, sourceId, 'update-demographics', (assertion) => ({ name: 'update-demographics', assertion }));
  if (outcome.kind === 'done' && outcome.patientId !== undefined) {
    const { tenant } = request.caller;
    const claim = claimOf(await deps.vault.tenantRing(tenant), sourceId, request.body.sourceRecordId);
    await deps.vault.claimPatient(tenant, claim, outcome.patientId);
  }
  return outcome;
}
