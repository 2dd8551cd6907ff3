import type { Rejection } from '../domain/rejections.js';
import { reject } from '../domain/rejections.js';
import type { CommandBody, CommandName } from '../schemas/command-catalogue.js';
import type { StatementRequest } from './assert.js';
import type { WrittenResource } from './assertion.js';
import { correctFact } from './correct-fact.js';
import type { CommandDeps } from './deps.js';
import { designateSystemOfRecord } from './designate-system-of-record.js';
import { envelopeOf } from './envelope-of.js';
import { recordFact } from './record-fact.js';
import { registerPatient } from './register-patient.js';
import { registerSource } from './register-source.js';
import { reinstateSource } from './reinstate-source.js';
import type { CommandRequest, Outcome } from './request.js';
import { retractFact } from './retract-fact.js';
import { permitted, type SourceStandings } from './speaker.js';
import { suspendSource } from './suspend-source.js';
import { updateDemographics } from './update-demographics.js';

/** A command of any name as it came in; `resource` is there when its schema has one. */
export interface IncomingCommand extends CommandRequest<unknown> {
  readonly name: CommandName;
  readonly resource: WrittenResource | null;
}

export interface HandlerDeps extends CommandDeps {
  readonly standings: SourceStandings;
}

/** Commands that a source system speaks: its token's subject is the source, and it must be registered and active. */
const SPOKEN: readonly CommandName[] = ['register-patient', 'update-demographics', 'record-fact', 'correct-fact', 'retract-fact'];

/**
 * Every command goes through here: permitted? → speaking for an active source? → its handler. A refusal for lack of
 * permission is an audit event, durable before the answer.
 */
export async function handle(deps: HandlerDeps, command: IncomingCommand): Promise<Outcome> {
  const refused = permitted(command.caller, command.name);
  if (refused !== null) return audited(deps, command, refused);
  if (!SPOKEN.includes(command.name)) return (await keyReused(deps, command)) ?? govern(deps, command);
  const speaker = await deps.standings.speaker(deps, command.caller);
  if ('kind' in speaker) return audited(deps, command, speaker);
  return (await keyReused(deps, command)) ?? speak(deps, command, speaker.sourceId);
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

function govern(deps: CommandDeps, command: IncomingCommand): Promise<Outcome> {
  switch (command.name) {
    case 'register-source':
      return registerSource(deps, as<'register-source'>(command));
    case 'suspend-source':
      return suspendSource(deps, as<'suspend-source'>(command));
    case 'reinstate-source':
      return reinstateSource(deps, as<'reinstate-source'>(command));
    case 'designate-system-of-record':
      return designateSystemOfRecord(deps, as<'designate-system-of-record'>(command));
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

async function audited(deps: CommandDeps, command: IncomingCommand, refusal: Rejection): Promise<Rejection> {
  await deps.accessLog.record({
    caller: command.caller,
    correlationId: command.correlationId,
    data: {
      action: 'send-command',
      outcome: 'refused',
      code: refusal.code,
      rule: 'role-permissions@1',
      patients: [],
      categories: [],
      opened: 0,
      detail: { command: command.name },
    },
  });
  return refusal;
}
