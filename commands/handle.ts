import { PERMISSION_RULE } from '../domain/access/permissions.js';
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
import type { Caller, CommandRequest, Outcome } from './request.js';
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
 * Every command goes through here: permitted? → speaking for an active source? → its handler. A refusal is an audit event,
 * durable before the answer.
 */
export async function handle(deps: HandlerDeps, command: IncomingCommand): Promise<Outcome> {
  const outcome = await decided(deps, command);
  if (outcome.kind === 'rejected') await auditRefusal(deps, command, command.name, outcome);
  return outcome;
}

async function decided(deps: HandlerDeps, command: IncomingCommand): Promise<Outcome> {
  const refused = permitted(command.caller, command.name);
  if (refused !== null) return refused;
  if (!SPOKEN.includes(command.name)) return (await keyReused(deps, command)) ?? govern(deps, command);
  const speaker = await deps.standings.speaker(deps, command.caller);
  if ('kind' in speaker) return speaker;
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
