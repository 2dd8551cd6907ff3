import { type AmendmentCommand, amendmentDecider } from '../../domain/amendment/decide.js';
import { rootOf } from '../../domain/patients/identities.js';
import { type Rejection, reject } from '../../domain/rejections.js';
import { streams } from '../../domain/streams.js';
import { RESTRICTED } from '../../schemas/phi/scopes.js';
import { absentPatient } from '../absent-patient.js';
import type { CommandDeps } from '../deps.js';
import { envelopeOf } from '../envelope-of.js';
import type { CommandRequest, Outcome } from '../request.js';
import { scopeOfWords } from './scope-of-words.js';

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

/** An answer's words are sealed as the request's were. */
async function scopeAsked(deps: CommandDeps, tenant: string, amendmentId: string): Promise<string> {
  const { state } = await deps.states.load(amendmentDecider, streams.amendment(tenant, amendmentId));
  if (state.request === null) return RESTRICTED;
  const { data, scope } = state.request;
  return scopeOfWords(deps.vault, tenant, data.category, scope === null ? [] : [{ patientId: data.patientId, scope }]);
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
  if (ring === undefined) return absentPatient(deps, tenant, about.patientId);
  const outcome = await deps.submit(streams.amendment(tenant, about.amendmentId), {
    decider: amendmentDecider,
    command: command.scope === undefined ? { ...command, scope: await scopeAsked(deps, tenant, about.amendmentId) } : command,
    envelope: envelopeOf(request, sent, await deps.vault.tenantRing(tenant)),
    ring,
    expected: request.expected,
    sizeBytes: Buffer.byteLength(request.text),
  });
  return outcome.kind === 'done' ? { ...outcome, ...about } : outcome;
}
