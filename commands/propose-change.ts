import { CHANGE_SCOPE } from '../domain/change-control/decide.js';
import { correctedSource, isProtected, mayPropose } from '../domain/change-control/protected.js';
import { scanMembers } from '../domain/json/lossless.js';
import { sensitiveScopeOf } from '../domain/phi/content-parts.js';
import { CONTENT_AT_MOST_BYTES, LedgerFault, type Rejection, reject } from '../domain/rejections.js';
import { streams } from '../domain/streams.js';
import type { ProposeChange } from '../schemas/commands/propose-change.js';
import { carryOut, type Perform } from './change-control/carry-out.js';
import { changeRing, eventOfStep, loadChange, submitChange } from './change-control/change.js';
import { neverPossible } from './change-control/never-possible.js';
import type { CommandDeps } from './deps.js';
import { envelopeOf } from './envelope-of.js';
import type { IncomingCommand } from './incoming.js';
import { locatePatient, type PatientNamed } from './locate-patient.js';
import { newId } from './new-id.js';
import { registeredSource } from './registered-source.js';
import type { CommandRequest, Outcome } from './request.js';

const DAY_MS = 24 * 3600 * 1000;
const EXPIRES_AFTER_DAYS = 7;
const REVIEW_WITHIN_MS = 72 * 3600 * 1000;
const DEPTH_AT_MOST = 64;

/**
 * Asks for a protected change. What it would do is checked now, as if it were sent, and sealed as it was written, so that
 * what is approved is what was proposed. An emergency takes effect at once.
 */
export async function proposeChange(deps: CommandDeps, request: CommandRequest<ProposeChange>, perform: Perform): Promise<Outcome> {
  const { caller, body } = request;
  if (!mayPropose(caller.actor.roles, body.command)) return reject('not-permitted');
  const proposed = await checked(deps, request);
  if ('kind' in proposed) return proposed;
  const { text, patientId, scope } = proposed;
  const ring = await changeRing(deps, caller.tenant, patientId);
  if ('kind' in ring) return ring;
  const changeId = await newId(deps, request, 'change-id');
  const { expiresAfterDays = EXPIRES_AFTER_DAYS, followsUp = null, reason } = body;
  const emergency = body.emergency === true;
  const data = {
    changeId,
    command: body.command,
    patientId,
    expiresAt: emergency ? null : later(deps, expiresAfterDays * DAY_MS),
    reviewDueBy: emergency ? later(deps, REVIEW_WITHIN_MS) : null,
    followsUp,
    reason,
  };
  const stream = streams.change(caller.tenant, changeId);
  const envelope = envelopeOf(request, 'propose-change', await deps.vault.tenantRing(caller.tenant));
  const command = { name: 'propose-change' as const, subject: caller.actor.subject, data, scope, text };
  const outcome = await submitChange(deps, stream, command, envelope, { ring, expected: request.expected, sizeBytes: Buffer.byteLength(text) });
  if (outcome.kind === 'rejected') return outcome;
  const answer = emergency ? await carryOut(deps, perform, caller, changeId, [eventOfStep(outcome)], outcome.repeated) : outcome;
  return answer.kind === 'rejected' ? answer : { ...answer, changeId, ...(patientId === null ? {} : { patientId }) };
}

interface Checked {
  readonly text: string;
  readonly patientId: string | null;
  readonly scope: string;
}

/** Who may not have a sensitive resource opened does not read it as a proposal either. */
function scopeOf({ resource }: IncomingCommand): string {
  return (resource === null ? null : sensitiveScopeOf(resource.parsed)) ?? CHANGE_SCOPE;
}

/** What is proposed, or why it could never take effect as it is. */
async function checked(deps: CommandDeps, request: CommandRequest<ProposeChange>): Promise<Checked | Rejection> {
  const { caller, body, correlationId } = request;
  if (body.emergency === true && body.expiresAfterDays !== undefined)
    return reject('invalid-command', [{ pointer: '/expiresAfterDays', rule: 'not-with-emergency' }]);
  // A review afterwards could undo nothing of it.
  if (body.emergency === true && body.command === 'erase-patient') return reject('invalid-command', [{ pointer: '/emergency', rule: 'not-for-erasure' }]);
  const text = bodyText(request.text);
  if (Buffer.byteLength(text) > CONTENT_AT_MOST_BYTES) return reject('too-large');
  const accepted = deps.intake.accept(body.command, text, { caller, idempotencyKey: null, expected: null, correlationId });
  if ('kind' in accepted) return inBody(accepted);
  if (!isProtected(accepted.name)) return reject('not-protected');
  if (accepted.name === 'correct-fact') {
    const source = correctedSource(accepted.body);
    if (source === undefined) return reject('not-protected', [{ pointer: '/body/source', rule: 'required' }]);
    if (!(await registeredSource(deps, caller.tenant, source))) return reject('unknown-source', [{ pointer: '/body/source', rule: 'registered-source' }]);
  }
  const impossible = await neverPossible(deps, accepted);
  if (impossible !== null) return inBody(impossible);
  if (body.followsUp !== undefined) {
    const followed = await loadChange(deps, caller.tenant, body.followsUp);
    if ('kind' in followed) return reject(followed.code, [{ pointer: '/followsUp', rule: 'change' }]);
  }
  const patientId = await patientOf(deps, accepted);
  return patientId !== null && typeof patientId === 'object' ? patientId : { text, patientId, scope: scopeOf(accepted) };
}

/** The places that a refusal names, as they are in the proposal. */
function inBody({ code, issues }: Rejection): Rejection {
  return reject(
    code,
    issues?.map((issue) => ({ ...issue, pointer: `/body${issue.pointer}` })),
  );
}

/** The patient that the command is about, of two the one who stays; null when it is about none in particular. */
async function patientOf(deps: CommandDeps, { name, body, caller }: IncomingCommand): Promise<string | null | Rejection> {
  const named = body as PatientNamed & { readonly scope?: { readonly patientId?: string }; readonly survivor?: string };
  const patientId = named.survivor ?? named.scope?.patientId ?? named.patientId;
  if (patientId !== undefined) return patientId;
  if (name !== 'correct-fact') return null;
  const located = await locatePatient(deps, caller.tenant, named);
  return 'kind' in located ? located : located.patientId;
}

/** The text of the member `body`, as it was written: digits and order stay what they are. */
function bodyText(text: string): string {
  const span = scanMembers(text, { maxDepth: DEPTH_AT_MOST }).members.get('body');
  if (span === undefined) throw new LedgerFault('internal');
  return text.slice(span.start, span.end);
}

function later(deps: Pick<CommandDeps, 'clock'>, ms: number): string {
  return new Date(Date.parse(deps.clock.now()) + ms).toISOString();
}
