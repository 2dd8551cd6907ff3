import { PERMISSION_RULE } from '../domain/access/permissions.js';
import { correctedSource, correctsAnother, needsApproval } from '../domain/change-control/protected.js';
import type { Rejection } from '../domain/rejections.js';
import { reject } from '../domain/rejections.js';
import type { CommandBody, CommandName } from '../schemas/command-catalogue.js';
import { answerAmendment } from './answer-amendment.js';
import { approveChange } from './approve-change.js';
import type { StatementRequest } from './assert.js';
import type { Perform } from './change-control/carry-out.js';
import { correctFact } from './correct-fact.js';
import type { CommandDeps } from './deps.js';
import { designateSystemOfRecord } from './designate-system-of-record.js';
import { envelopeOf } from './envelope-of.js';
import { erasePatient } from './erase-patient.js';
import type { IncomingCommand } from './incoming.js';
import { reportKeyCompromise, reseal, resumeKey, rotateKey, suspendKey } from './key-orders.js';
import { linkPatients } from './link-patients.js';
import { mergePatients } from './merge-patients.js';
import { placeLegalHold } from './place-legal-hold.js';
import type { Keys } from './ports.js';
import { proposeChange } from './propose-change.js';
import { recordFact } from './record-fact.js';
import { registerPatient } from './register-patient.js';
import { registerSource } from './register-source.js';
import { registeredSource } from './registered-source.js';
import { reinstateSource } from './reinstate-source.js';
import { rejectChange } from './reject-change.js';
import { releaseLegalHold } from './release-legal-hold.js';
import { reopenConflict } from './reopen-conflict.js';
import type { Caller, CommandRequest, Outcome } from './request.js';
import { requestAmendment } from './request-amendment.js';
import { retractFact } from './retract-fact.js';
import { reviewChange } from './review-change.js';
import { settleConflict } from './settle-conflict.js';
import { permitted, type SourceStandings } from './speaker.js';
import { stateDisagreement } from './state-disagreement.js';
import { suspendSource } from './suspend-source.js';
import type { Turns } from './turns.js';
import { unlinkPatients } from './unlink-patients.js';
import { unmergePatients } from './unmerge-patients.js';
import { updateDemographics } from './update-demographics.js';
import { withdrawDesignation } from './withdraw-designation.js';

export type { IncomingCommand } from './incoming.js';

/** What the ledger gives to every command; its keys are handed on in the name of whoever sent it. */
export interface HandlerDeps extends Omit<CommandDeps, 'vault'> {
  readonly keys: Keys;
  readonly standings: SourceStandings;
  readonly turns: Turns;
}

type HandlingDeps = HandlerDeps & CommandDeps;

/** Commands that a source system speaks: its token's subject is the source, and it must be registered and active. */
const SPOKEN: readonly CommandName[] = ['register-patient', 'update-demographics', 'record-fact', 'correct-fact', 'retract-fact'];

/**
 * Every command goes through here: permitted? → speaking for an active source? → its handler. A refusal is an audit event,
 * durable before the answer.
 */
export async function handle(given: HandlerDeps, command: IncomingCommand): Promise<Outcome> {
  const { caller, name } = command;
  const deps = { ...given, vault: given.keys.usedBy({ subject: caller.actor.subject, purpose: caller.purpose, reason: name }) };
  const outcome = await inTurn(deps, command);
  if (outcome.kind === 'rejected') await auditRefusal(deps, command, command.name, outcome);
  return outcome;
}

/** Decided after those about the same patient that came in before it, however long each of them had to look things up. */
async function inTurn(deps: HandlingDeps, command: IncomingCommand): Promise<Outcome> {
  const about = aboutOf(command);
  if (about === null) return decided(deps, command);
  const turn = deps.turns.take(`${command.caller.tenant}|${about}`);
  const submit: CommandDeps['submit'] = async (stream, job) => {
    if (turn.before !== undefined) await turn.before;
    const answer = deps.submit(stream, job);
    turn.done();
    return answer;
  };
  try {
    return await decided({ ...deps, submit }, command);
  } finally {
    turn.done();
  }
}

/** The patient that a source's command names, in its own words. */
function aboutOf({ name, body }: IncomingCommand): string | null {
  if (!SPOKEN.includes(name)) return null;
  const { patientId, identifier, sourceRecordId } = body as { patientId?: string; identifier?: { system: string; value: string }; sourceRecordId?: string };
  if (patientId !== undefined) return patientId;
  return identifier === undefined ? (sourceRecordId ?? null) : `${identifier.system}|${identifier.value}`;
}

async function decided(deps: HandlingDeps, command: IncomingCommand): Promise<Outcome> {
  const refused = permitted(command.caller, command.name) ?? unapproved(deps, command);
  if (refused !== null) return refused;
  if (!SPOKEN.includes(command.name)) return (await keyReused(deps, command)) ?? govern(deps, command);
  const speaker = await speakerOf(deps, command);
  if ('kind' in speaker) return speaker;
  return (await keyReused(deps, command)) ?? speak(deps, command, speaker.sourceId);
}

/** A protected change that nobody agreed to; and a correction of nobody's record. */
function unapproved({ changeControl }: HandlingDeps, command: IncomingCommand): Rejection | null {
  if (command.name === 'correct-fact' && correctsAnother(command) && correctedSource(command.body) === undefined)
    return reject('not-permitted', [{ pointer: '/source', rule: 'required' }]);
  return changeControl === 'four-eyes' && needsApproval(command) ? reject('approval-required') : null;
}

/** The effect of a change that has its force: permission was given with the approval. */
function performing(deps: HandlingDeps): Perform {
  return async (effect) => {
    if (!SPOKEN.includes(effect.name)) return govern(deps, effect);
    const speaker = await speakerOf(deps, effect);
    return 'kind' in speaker ? speaker : speak(deps, effect, speaker.sourceId);
  };
}

/** Whose statement it is: the caller's own, or in a correction that was agreed on another source's. */
async function speakerOf(deps: HandlingDeps, command: IncomingCommand): Promise<{ readonly sourceId: string } | Rejection> {
  if (command.name !== 'correct-fact' || !correctsAnother(command)) return deps.standings.speaker(deps, command.caller);
  const sourceId = correctedSource(command.body);
  const known = sourceId !== undefined && (await registeredSource(deps, command.caller.tenant, sourceId));
  return known ? { sourceId } : reject('unknown-source', [{ pointer: '/source', rule: 'registered-source' }]);
}

/**
 * An Idempotency-Key stands for one command for ever, whatever stream that is about and whichever process took it. The answer
 * to a repeat comes from the stream; this refuses the key with another command.
 */
async function keyReused(deps: CommandDeps, command: IncomingCommand): Promise<Rejection | null> {
  if (command.idempotencyKey === null) return null;
  const { tenant } = command.caller;
  const bound = envelopeOf(command, command.name, await deps.vault.tenantRing(tenant)).idempotency as { key: string; fingerprint: string };
  return (await deps.vault.bind(tenant, bound.key, bound.fingerprint)) === bound.fingerprint ? null : reject('idempotency-key-reused');
}

function govern(deps: HandlingDeps, command: IncomingCommand): Promise<Outcome> {
  switch (command.name) {
    case 'register-source':
      return registerSource(deps, as<'register-source'>(command));
    case 'suspend-source':
      return suspendSource(deps, as<'suspend-source'>(command));
    case 'reinstate-source':
      return reinstateSource(deps, as<'reinstate-source'>(command));
    case 'designate-system-of-record':
      return designateSystemOfRecord(deps, as<'designate-system-of-record'>(command));
    case 'link-patients':
      return linkPatients(deps, as<'link-patients'>(command));
    case 'unlink-patients':
      return unlinkPatients(deps, as<'unlink-patients'>(command));
    case 'merge-patients':
      return mergePatients(deps, as<'merge-patients'>(command));
    case 'unmerge-patients':
      return unmergePatients(deps, as<'unmerge-patients'>(command));
    case 'withdraw-designation':
      return withdrawDesignation(deps, as<'withdraw-designation'>(command));
    case 'erase-patient':
      return erasePatient(deps, as<'erase-patient'>(command));
    case 'place-legal-hold':
      return placeLegalHold(deps, as<'place-legal-hold'>(command));
    case 'release-legal-hold':
      return releaseLegalHold(deps, as<'release-legal-hold'>(command));
    case 'rotate-key':
      return rotateKey(deps, as<'rotate-key'>(command));
    case 'suspend-key':
      return suspendKey(deps, as<'suspend-key'>(command));
    case 'resume-key':
      return resumeKey(deps, as<'resume-key'>(command));
    case 'reseal':
      return reseal(deps, as<'reseal'>(command));
    case 'report-key-compromise':
      return reportKeyCompromise(deps, as<'report-key-compromise'>(command));
    case 'settle-conflict':
      return settleConflict(deps, as<'settle-conflict'>(command));
    case 'reopen-conflict':
      return reopenConflict(deps, as<'reopen-conflict'>(command));
    case 'propose-change':
      return proposeChange(deps, as<'propose-change'>(command), performing(deps));
    case 'approve-change':
      return approveChange(deps, as<'approve-change'>(command), performing(deps));
    case 'reject-change':
      return rejectChange(deps, as<'reject-change'>(command));
    case 'review-change':
      return reviewChange(deps, as<'review-change'>(command));
    case 'request-amendment':
      return requestAmendment(deps, as<'request-amendment'>(command));
    case 'answer-amendment':
      return answerAmendment(deps, as<'answer-amendment'>(command));
    case 'state-disagreement':
      return stateDisagreement(deps, as<'state-disagreement'>(command));
    default:
      return Promise.resolve(reject('unknown-command'));
  }
}

function speak(deps: CommandDeps, command: IncomingCommand, sourceId: string): Promise<Outcome> {
  switch (command.name) {
    case 'register-patient':
      return registerPatient(deps, stating<'register-patient'>(command), sourceId);
    case 'update-demographics':
      return updateDemographics(deps, stating<'update-demographics'>(command), sourceId);
    case 'record-fact':
      return recordFact(deps, stating<'record-fact'>(command), sourceId);
    case 'correct-fact':
      return correctFact(deps, stating<'correct-fact'>(command), sourceId);
    case 'retract-fact':
      return retractFact(deps, as<'retract-fact'>(command), sourceId);
    default:
      return Promise.resolve(reject('unknown-command'));
  }
}

/** The body was checked against the schema of exactly this name before it came here. */
function as<N extends CommandName>(command: IncomingCommand): CommandRequest<CommandBody<N>> {
  return command as CommandRequest<CommandBody<N>>;
}

type Stating = 'register-patient' | 'update-demographics' | 'record-fact' | 'correct-fact';

function stating<N extends Stating>(command: IncomingCommand): StatementRequest<CommandBody<N>> {
  return command as StatementRequest<CommandBody<N>>;
}

/** What was refused, to whom and why; never what it said. A command of no known name goes without one. */
export async function auditRefusal(
  deps: Pick<CommandDeps, 'accessLog'>,
  context: { readonly caller: Caller; readonly correlationId: string },
  command: CommandName | null,
  refusal: Rejection,
): Promise<void> {
  await deps.accessLog.record({
    caller: context.caller,
    correlationId: context.correlationId,
    data: {
      action: 'send-command',
      outcome: 'refused',
      code: refusal.code,
      rule: PERMISSION_RULE,
      patients: [],
      categories: [],
      opened: 0,
      detail: command === null ? null : { command },
    },
  });
}
