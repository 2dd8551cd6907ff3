import { isSafetyConflict } from '../domain/change-control/protected.js';
import { groupOf } from '../domain/patients/identities.js';
import { patientDecider } from '../domain/record/decide.js';
import type { Finding } from '../domain/record/settle.js';
import { type Rejection, reject } from '../domain/rejections.js';
import { settle } from '../domain/resolution/settlement.js';
import { streams } from '../domain/streams.js';
import type { SettleConflict } from '../schemas/commands/settle-conflict.js';
import type { PatientGroup } from '../schemas/events/patients-merged.js';
import { absentPatient } from './absent-patient.js';
import type { CommandDeps } from './deps.js';
import { envelopeOf } from './envelope-of.js';
import { livingOf } from './erasure/erasure.js';
import { factsOfGroup } from './group-facts.js';
import type { CommandRequest, Outcome } from './request.js';

/**
 * A steward settles what sources disagree on. The facts are folded from the log as it stands, so that what was read and has
 * changed since is refused; the settlement stands in the stream of the patient whose record was read.
 */
export async function settleConflict(deps: CommandDeps, request: CommandRequest<SettleConflict>): Promise<Outcome> {
  const { tenant } = request.caller;
  const { patientId, reason } = request.body;
  if ((await deps.vault.patientRing(tenant, patientId)) === undefined) return absentPatient(deps, tenant, patientId);
  const { state } = await deps.identities.latest(deps, tenant);
  const group = await livingOf(deps, tenant, groupOf(state, patientId));
  const finding = await findingOf(deps, request, group);
  const outcome = await deps.submit(streams.patient(tenant, group.root), {
    decider: patientDecider,
    command: { name: 'settle-conflict', patientId: group.root, finding, approval: request.approval, reason },
    envelope: envelopeOf(request, 'settle-conflict', await deps.vault.tenantRing(tenant)),
    ring: null,
    expected: request.expected,
    sizeBytes: Buffer.byteLength(request.text) + JSON.stringify(finding).length,
  });
  return outcome.kind === 'done' ? { ...outcome, patientId: group.root } : outcome;
}

async function findingOf(deps: CommandDeps, request: CommandRequest<SettleConflict>, group: PatientGroup): Promise<Finding | Rejection> {
  const { factId, otherFactId = null, decision, chosen = null, groups = null, judged } = request.body;
  const facts = await factsOfGroup(deps.store, request.caller.tenant, group);
  const settled = settle(facts, { factId, otherFactId, decision, chosen, groups, judged });
  if ('kind' in settled) return settled;
  const alone = deps.changeControl === 'four-eyes' && request.approval === null;
  // Of two facts either may be one of safety: which is named first makes no difference.
  if (alone && settled.facts.some(({ category, element }) => isSafetyConflict(category, element))) return reject('approval-required');
  const [{ category }] = settled.facts;
  return { category, decision, chosen: settled.chosen, judged: settled.judged };
}
