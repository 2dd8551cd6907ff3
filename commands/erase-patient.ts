import { membersUnder } from '../domain/patients/identities.js';
import { LedgerFault, type Rejection, reject } from '../domain/rejections.js';
import type { ErasePatient } from '../schemas/commands/erase-patient.js';
import type { ErasureException } from '../schemas/events/erasure-refused.js';
import type { CommandDeps } from './deps.js';
import { isToBeErased, lastStatedAt, submitErasure, unknownPatientNamed } from './erasure/erasure.js';
import type { CommandRequest, Outcome, Receipt } from './request.js';

/**
 * Orders that a patient be erased, or refuses it on record. The order is all that happens here: the keys are destroyed by whoever
 * reads it from the log, in every process, so that a crash after the order leaves nothing undone for long.
 */
export async function erasePatient(deps: CommandDeps, request: CommandRequest<ErasePatient>): Promise<Outcome> {
  const { tenant } = request.caller;
  const { patientId, ground, requestedBy, reason } = request.body;
  const stated = await lastStatedAt(deps, tenant, patientId);
  if (stated === null) return unknownPatientNamed();
  const outcome = await submitErasure(deps, request, 'erase-patient', {
    name: 'erase-patient',
    ...{ patientId, ground, requestedBy, reason },
    approval: request.approval,
    keys: await deps.vault.keysOf(tenant, patientId),
    livingMembers: await livingMembers(deps, tenant, patientId),
    now: deps.clock.now(),
    lastStatedAt: stated,
    retentionYears: deps.retentionYears,
  });
  return outcome.kind === 'done' ? ((await refusalIn(deps, outcome.receipt)) ?? outcome) : outcome;
}

/** Everybody who was merged into the patient, near or far, and is not erased. */
async function livingMembers(deps: CommandDeps, tenant: string, patientId: string): Promise<number> {
  const { state } = await deps.identities.latest(deps, tenant);
  let living = 0;
  for (const member of membersUnder(state, patientId)) if (member !== patientId && !(await isToBeErased(deps, tenant, member))) living += 1;
  return living;
}

/** What was recorded may be the refusal: then that is the answer, to each repeat of the command too. */
async function refusalIn({ store }: CommandDeps, { stream, revision }: Receipt): Promise<Rejection | null> {
  const [last] = await store.readStream(stream, { from: revision, limit: 1 });
  if (last === undefined) throw new LedgerFault('store-unavailable');
  return last.event.type === 'erasure-refused' ? refusalOf(last.event.data.exceptions) : null;
}

function refusalOf(exceptions: readonly ErasureException[]): Rejection {
  const [first] = exceptions;
  if (first === undefined) throw new LedgerFault('event-unreadable');
  const issues = exceptions.map(({ kind, law, until }) => ({ pointer: '/ground', rule: kind, expected: until === null ? law : `${law}; until ${until}` }));
  return reject(first.kind, issues);
}
