import { groupOf } from '../domain/patients/identities.js';
import { patientDecider } from '../domain/record/decide.js';
import { reject } from '../domain/rejections.js';
import { streams } from '../domain/streams.js';
import type { ReopenConflict } from '../schemas/commands/reopen-conflict.js';
import { absentPatient } from './absent-patient.js';
import type { CommandDeps } from './deps.js';
import { envelopeOf } from './envelope-of.js';
import { livingOf } from './erasure/erasure.js';
import type { CommandRequest, Outcome } from './request.js';

/** A steward takes a settlement back. It stands in the stream of the patient whose record was read then: a merge since does not move it. */
export async function reopenConflict(deps: CommandDeps, request: CommandRequest<ReopenConflict>): Promise<Outcome> {
  const { tenant } = request.caller;
  const { patientId, settlement, reason } = request.body;
  if ((await deps.vault.patientRing(tenant, patientId)) === undefined) return absentPatient(deps, tenant, patientId);
  const { state } = await deps.identities.latest(deps, tenant);
  const owner = await ownerOf(deps, tenant, (await livingOf(deps, tenant, groupOf(state, patientId))).members, settlement);
  if (owner === undefined) return reject('unknown-settlement');
  const outcome = await deps.submit(streams.patient(tenant, owner), {
    decider: patientDecider,
    command: { name: 'reopen-conflict', patientId: owner, settlement, reason },
    envelope: envelopeOf(request, 'reopen-conflict', await deps.vault.tenantRing(tenant)),
    ring: null,
    expected: request.expected,
    sizeBytes: Buffer.byteLength(request.text),
  });
  return outcome.kind === 'done' ? { ...outcome, patientId: owner } : outcome;
}

async function ownerOf(deps: CommandDeps, tenant: string, members: readonly string[], settlement: string): Promise<string | undefined> {
  for (const member of members) {
    const stream = streams.patient(tenant, member);
    const folded = await deps.states.load(patientDecider, stream);
    if (folded.state.settlements.has(settlement)) return member;
    await deps.states.refresh(patientDecider, stream, folded);
    if (folded.state.settlements.has(settlement)) return member;
  }
  return undefined;
}
