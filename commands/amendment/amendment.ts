import { type AmendmentCommand, amendmentDecider } from '../../domain/amendment/decide.js';
import { rootOf } from '../../domain/patients/identities.js';
import { type Rejection, reject } from '../../domain/rejections.js';
import { streams } from '../../domain/streams.js';
import type { CommandDeps } from '../deps.js';
import { envelopeOf } from '../envelope-of.js';
import type { CommandRequest, Outcome } from '../request.js';

/** Patients act for themselves, under whichever of their merged ids; a privacy officer acts for a patient who wrote on paper. */
export async function actsFor(deps: CommandDeps, { caller }: CommandRequest<unknown>, patientId: string): Promise<boolean> {
  const { roles, subject } = caller.actor;
  if (roles.includes('privacy-officer')) return true;
  if (!roles.includes('patient')) return false;
  if (subject === patientId) return true;
  const { state } = await deps.identities.latest(deps, caller.tenant);
  return rootOf(state, subject) === rootOf(state, patientId);
}

/** The request that an answer names, and whose it is. */
export async function patientOfAmendment(deps: CommandDeps, tenant: string, amendmentId: string): Promise<string | Rejection> {
  const stream = streams.amendment(tenant, amendmentId);
  const folded = await deps.states.load(amendmentDecider, stream);
  if (folded.state.request === null) await deps.states.refresh(amendmentDecider, stream, folded);
  if (folded.state.request !== null) return folded.state.request.data.patientId;
  // An id that somebody made up is not worth remembering.
  deps.states.forget(stream);
  return reject('unknown-amendment');
}

/** One step of the request, its words sealed under the patient's keys. */
export async function submitAmendment(
  deps: CommandDeps,
  request: CommandRequest<unknown>,
  about: { readonly amendmentId: string; readonly patientId: string },
  sent: 'request-amendment' | 'answer-amendment' | 'state-disagreement',
  command: AmendmentCommand,
): Promise<Outcome> {
  const { tenant } = request.caller;
  const ring = await deps.vault.patientRing(tenant, about.patientId);
  if (ring === undefined) return reject('unknown-patient');
  const outcome = await deps.submit(streams.amendment(tenant, about.amendmentId), {
    decider: amendmentDecider,
    command,
    envelope: envelopeOf(request, sent, await deps.vault.tenantRing(tenant)),
    ring,
    expected: request.expected,
    sizeBytes: Buffer.byteLength(request.text),
  });
  return outcome.kind === 'done' ? { ...outcome, ...about } : outcome;
}
