import type { Conclusion } from '../../domain/change-control/decide.js';
import { causeOf, type Place } from '../../domain/change-control/state.js';
import { LedgerFault, REJECTIONS, type Rejection, type RejectionCode, reject } from '../../domain/rejections.js';
import type { EventType } from '../../schemas/catalogue.js';
import type { CommandDeps } from '../deps.js';
import type { IncomingCommand } from '../incoming.js';
import type { Caller, Outcome } from '../request.js';
import { changeRing, type LoadedChange, loadChange, submitChange } from './change.js';

/** Runs a command that needs no more permission. */
export type Perform = (command: IncomingCommand) => Promise<Outcome>;

/** What protected commands make happen. */
const EFFECTS: readonly EventType[] = [
  'system-of-record-designated',
  'designation-withdrawn',
  'patients-merged',
  'patients-unmerged',
  'conflict-settled',
  'fact-corrected',
  'erasure-ordered',
  'legal-hold-released',
];
const PAGE = 500;

/**
 * The effect of a change that has its force: the proposed command, then what became of it, once. A process may die between
 * any two steps: the effect is held to the change by its idempotency, its conclusion by the change's state, and whoever
 * repeats the approval completes what is missing. `first` are the events that went before in the answer.
 */
export async function carryOut(
  deps: CommandDeps,
  perform: Perform,
  caller: Caller,
  changeId: string,
  first: readonly string[],
  repeated: boolean,
): Promise<Outcome> {
  const change = await loadChange(deps, caller.tenant, changeId);
  if ('kind' in change) return change;
  const cause = causeOf(change.state);
  if (cause === null) return reject('approval-required');
  const outcome = await conclusion(deps, perform, caller, change, cause);
  const concluded = await submitChange(
    deps,
    change.stream,
    { name: 'conclude', outcome },
    { ...caller, correlationId: change.proposal.correlationId, causationId: cause.eventId, idempotency: null },
  );
  if (concluded.kind === 'rejected') return concluded;
  // What stands is what counts: somebody else may have concluded it first.
  const after = await loadChange(deps, caller.tenant, changeId);
  if ('kind' in after) return after;
  const { application } = after.state;
  if (application === null) throw new LedgerFault('internal');
  if (application.data.code !== null) return reject(codeFrom(application.data.code));
  const eventIds = [...first, ...application.data.effects, application.eventId];
  const { patientId } = after.proposal.data;
  return { ...concluded, repeated, receipt: { ...concluded.receipt, eventIds }, ...(patientId === null ? {} : { patientId }) };
}

async function conclusion(deps: CommandDeps, perform: Perform, caller: Caller, change: LoadedChange, cause: Place): Promise<Conclusion> {
  const { application } = change.state;
  // Concluded before, and nothing is done again. What was seen here may still be on its way to the log: should it not
  // get there, it is this that does.
  if (application !== null) return application.data.code === null ? { effects: application.data.effects } : { code: application.data.code };
  const effect = await effectOf(deps, caller, change, cause);
  const outcome = 'kind' in effect ? effect : await perform(effect);
  if (outcome.kind === 'done') return { effects: [...outcome.receipt.eventIds] };
  const effects = await effectsFound(deps, caller.tenant, change, cause);
  return effects.length > 0 ? { effects } : { code: outcome.code };
}

/**
 * Effects that are on record already. A command refused when it is tried again may have been refused because of its own first
 * effect: a conflict that it settled is no conflict any more.
 */
async function effectsFound(deps: CommandDeps, tenant: string, { positions }: LoadedChange, { eventId, revision }: Place): Promise<string[]> {
  const found: string[] = [];
  let after = positions[revision];
  if (after === undefined) throw new LedgerFault('internal');
  for (;;) {
    const page = await deps.store.readAll({ after, limit: PAGE, types: EFFECTS });
    for (const { event } of page.events) if (event.tenant === tenant && event.causationId === eventId) found.push(event.id);
    if (page.end || page.through === null) return found;
    after = page.through;
  }
}

/** The proposed command as it was written, to be carried out by whoever gave it its force. */
async function effectOf(deps: CommandDeps, caller: Caller, { proposal }: LoadedChange, cause: Place): Promise<IncomingCommand | Rejection> {
  const { changeId, command, patientId } = proposal.data;
  const ring = await changeRing(deps, caller.tenant, patientId);
  if ('kind' in ring) return ring;
  if (proposal.sealed === null) throw new LedgerFault('content-unreadable');
  const text = await ring.open(proposal.sealed, { stream: proposal.stream, eventId: proposal.eventId });
  const accepted = deps.intake.accept(command, text, { caller, idempotencyKey: null, expected: null, correlationId: proposal.correlationId });
  if ('kind' in accepted) return accepted;
  return { ...accepted, body: settledBody(accepted.body, patientId), approval: changeId, causationId: cause.eventId };
}

/** Who was meant when the change was proposed: an identifier may have come to mean somebody else since. */
function settledBody(body: unknown, patientId: string | null): unknown {
  const named = body as { readonly identifier?: unknown };
  return named.identifier === undefined || patientId === null ? body : { ...named, patientId };
}

/** A refusal that was recorded by a newer program may have a code that this one does not know. */
function codeFrom(code: string): RejectionCode {
  if (!Object.hasOwn(REJECTIONS, code)) throw new LedgerFault('internal');
  return code as RejectionCode;
}
