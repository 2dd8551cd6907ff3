import type { AnyJob } from '../../commands/execute.js';
import type { Outcome } from '../../commands/request.js';
import type { LedgerEvent } from '../../schemas/catalogue.js';

/** The ledger itself: nobody's token stands behind what it writes of its own accord, an event of the log does. */
export const LEDGER_ACTOR = { subject: 'clinical-ledger', roles: ['ledger'], organization: null };

/** In whose name the ledger uses keys when it carries out what the log says. */
export const LEDGER_USER = { subject: LEDGER_ACTOR.subject, purpose: 'SYSADMIN' };

/** Puts a decision into its stream's lane, and answers when it is durable. */
export type Submit = (stream: string, job: AnyJob) => Promise<Outcome>;

/** A decision that follows from an event. */
export function following({ tenant, correlationId, id }: LedgerEvent, decider: AnyJob['decider'], command: unknown): AnyJob {
  const envelope = { tenant, actor: LEDGER_ACTOR, purpose: 'SYSADMIN', correlationId, causationId: id, idempotency: null };
  return { decider, command, envelope, ring: null, expected: null, sizeBytes: 0 };
}
