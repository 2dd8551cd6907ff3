import { type ChangeCommand, changeDecider } from '../../domain/change-control/decide.js';
import type { ChangeState, Proposal } from '../../domain/change-control/state.js';
import { LedgerFault, type Rejection, reject } from '../../domain/rejections.js';
import { streams } from '../../domain/streams.js';
import { absentPatient } from '../absent-patient.js';
import type { CommandDeps } from '../deps.js';
import type { Envelope } from '../envelope.js';
import { envelopeOf } from '../envelope-of.js';
import type { AnyJob } from '../execute.js';
import type { KeyRing } from '../ports.js';
import type { CommandRequest, Outcome } from '../request.js';

/** A change that was proposed, as it stands now. */
export interface LoadedChange {
  readonly stream: string;
  readonly state: ChangeState;
  readonly proposal: Proposal;
  /** Where its events stand in the log, by revision. */
  readonly positions: readonly string[];
}

/** Read up to the stream's end: another process may have gone on with it. */
export async function loadChange(deps: CommandDeps, tenant: string, changeId: string): Promise<LoadedChange | Rejection> {
  const stream = streams.change(tenant, changeId);
  const folded = await deps.states.load(changeDecider, stream);
  await deps.states.refresh(changeDecider, stream, folded);
  const { proposal } = folded.state;
  if (proposal === null) {
    // An id that somebody made up is not worth remembering.
    deps.states.forget(stream);
    return reject('unknown-change');
  }
  return { stream, state: folded.state, proposal, positions: folded.positions };
}

/** The keys of what a change would do: the patient's, so that it goes with them when they are erased; else the tenant's. */
export async function changeRing(deps: Pick<CommandDeps, 'vault' | 'store'>, tenant: string, patientId: string | null): Promise<KeyRing | Rejection> {
  if (patientId === null) return deps.vault.tenantRing(tenant);
  return (await deps.vault.patientRing(tenant, patientId)) ?? absentPatient(deps, tenant, patientId);
}

/** A person's own step, under their own Idempotency-Key; all steps of a change are one correlation. */
export async function takeStep(
  deps: CommandDeps,
  request: CommandRequest<unknown>,
  { stream, proposal }: LoadedChange,
  command: Extract<ChangeCommand, { subject: string }>,
): Promise<Outcome> {
  const { correlationId, eventId: causationId } = proposal;
  const envelope = envelopeOf({ ...request, correlationId, causationId }, command.name, await deps.vault.tenantRing(request.caller.tenant));
  return submitChange(deps, stream, command, envelope, { ring: null, expected: request.expected, sizeBytes: 0 });
}

export function submitChange(
  deps: CommandDeps,
  stream: string,
  command: ChangeCommand,
  envelope: Envelope,
  more: Pick<AnyJob, 'ring' | 'expected' | 'sizeBytes'> = { ring: null, expected: null, sizeBytes: 0 },
): Promise<Outcome> {
  return deps.submit(stream, { decider: changeDecider, command, envelope, ...more });
}

/** The one event of a step that was taken. */
export function eventOfStep({ receipt }: Extract<Outcome, { kind: 'done' }>): string {
  const [eventId] = receipt.eventIds;
  if (eventId === undefined) throw new LedgerFault('internal');
  return eventId;
}
