import { type EraseCommand, willBeOrdered } from '../domain/erasure/decide.js';
import { membersUnder } from '../domain/patients/identities.js';
import { damageBehind } from '../domain/record/unreadable.js';
import { type Rejection, reject } from '../domain/rejections.js';
import type { Recorded } from '../schemas/catalogue.js';
import type { ErasePatient } from '../schemas/commands/erase-patient.js';
import type { QuarantineFound } from '../schemas/events/erasure-ordered.js';
import type { ErasureException } from '../schemas/events/erasure-refused.js';
import type { CommandDeps } from './deps.js';
import { erasureOf, isToBeErased, lastStatedAt, submitErasure, unknownPatientNamed } from './erasure/erasure.js';
import { linesAbout } from './erasure/quarantined-lines.js';
import type { KeyRing } from './ports.js';
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
  const command: EraseCommand = {
    name: 'erase-patient',
    ...{ patientId, ground, requestedBy, reason },
    approval: request.approval,
    keys: await deps.vault.keysOf(tenant, patientId),
    quarantine: null,
    livingMembers: await livingMembers(deps, tenant, patientId),
    now: deps.clock.now(),
    lastStatedAt: stated,
    retentionYears: deps.retentionYears,
  };
  const outcome = await submitErasure(deps, request, 'erase-patient', { ...command, quarantine: await quarantineOf(deps, tenant, command) });
  return outcome.kind === 'done' ? ((await refusalIn(deps, outcome.receipt)) ?? outcome) : outcome;
}

/** Of whom nothing will be erased no line is opened; for whom no key opens any more, nobody can tell which lines are theirs. */
async function quarantineOf(deps: CommandDeps, tenant: string, command: EraseCommand): Promise<QuarantineFound | null> {
  if (!willBeOrdered(await erasureOf(deps, tenant, command.patientId), command)) return null;
  const ring = await readableRing(deps, tenant, command.patientId);
  return ring === undefined ? null : linesAbout(deps, tenant, command.patientId, ring);
}

/** A key that is damaged keeps nobody from being erased. */
async function readableRing({ vault }: CommandDeps, tenant: string, patientId: string): Promise<KeyRing | undefined> {
  try {
    return await vault.patientRing(tenant, patientId);
  } catch (fault) {
    await damageBehind(fault, () => vault.tenantRing(tenant, 'anew'));
    return undefined;
  }
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
  const [last] = (await store.readStream(stream, { from: revision, limit: 1 })) as [Recorded];
  return last.event.type === 'erasure-refused' ? refusalOf(last.event.data.exceptions) : null;
}

function refusalOf(exceptions: readonly ErasureException[]): Rejection {
  const [first] = exceptions as [ErasureException];
  const issues = exceptions.map(({ kind, law, until }) => ({ pointer: '/ground', rule: kind, expected: until === null ? law : `${law}; until ${until}` }));
  return reject(first.kind, issues);
}
