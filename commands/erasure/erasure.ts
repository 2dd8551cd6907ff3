import { type ErasureCommand, erasureDecider } from '../../domain/erasure/decide.js';
import type { ErasureState } from '../../domain/erasure/state.js';
import { reject } from '../../domain/rejections.js';
import { streams } from '../../domain/streams.js';
import { ASSERTION_EVENTS } from '../../schemas/catalogue.js';
import type { CommandName } from '../../schemas/command-catalogue.js';
import type { PatientGroup } from '../../schemas/events/patients-merged.js';
import type { CommandDeps } from '../deps.js';
import { envelopeOf } from '../envelope-of.js';
import type { CommandRequest, Outcome } from '../request.js';

/** What was decided about erasing a patient, up to the end of its stream: another process may have gone on with it. */
export async function erasureOf(deps: Pick<CommandDeps, 'states'>, tenant: string, patientId: string): Promise<ErasureState> {
  const stream = streams.erasure(tenant, patientId);
  const folded = await deps.states.load(erasureDecider, stream);
  await deps.states.refresh(erasureDecider, stream, folded);
  // Hardly any patient has such a stream, and what is not there is not worth a place in memory.
  if (folded.revision === -1) deps.states.forget(stream);
  return folded.state;
}

/** Is there an order to erase the patient? Their keys may still be there for a moment. */
export async function isToBeErased(deps: Pick<CommandDeps, 'states'>, tenant: string, patientId: string): Promise<boolean> {
  return (await erasureOf(deps, tenant, patientId)).order !== null;
}

/** The group without those who were erased: of them nothing can be shown, so nothing can be decided either. */
export async function livingOf(deps: Pick<CommandDeps, 'states'>, tenant: string, { root, members }: PatientGroup): Promise<PatientGroup> {
  if (members.length === 1) return { root, members };
  const living: string[] = [];
  for (const member of members) if (!(await isToBeErased(deps, tenant, member))) living.push(member);
  return { root, members: living };
}

/** When something was last said of the patient; null for one of whom nothing ever was: that is no patient. */
export async function lastStatedAt({ store }: Pick<CommandDeps, 'store'>, tenant: string, patientId: string): Promise<string | null> {
  const [last] = await store.readStream(streams.patient(tenant, patientId), { limit: 1, direction: 'backwards', types: ASSERTION_EVENTS });
  return last?.event.recordedAt ?? null;
}

/** A step in the patient's erasure stream; what is written with it is sealed under the tenant's keys. */
export async function submitErasure(
  deps: CommandDeps,
  request: CommandRequest<unknown>,
  sent: CommandName,
  command: Exclude<ErasureCommand, { name: 'certify' }>,
): Promise<Outcome> {
  const { tenant } = request.caller;
  const { patientId } = command;
  const ring = await deps.vault.tenantRing(tenant);
  const outcome = await deps.submit(streams.erasure(tenant, patientId), {
    decider: erasureDecider,
    command,
    envelope: envelopeOf(request, sent, ring),
    ring,
    expected: request.expected,
    sizeBytes: Buffer.byteLength(request.text),
  });
  return outcome.kind === 'done' ? { ...outcome, patientId } : outcome;
}

export function unknownPatientNamed() {
  return reject('unknown-patient', [{ pointer: '/patientId', rule: 'known-patient' }]);
}
