import { rootOf } from '../domain/patients/identities.js';
import { LedgerFault } from '../domain/rejections.js';
import type { CommandName } from '../schemas/command-catalogue.js';
import type { CommandDeps } from './deps.js';
import type { CommandRequest, Receipt } from './request.js';
import { ensureTranslated } from './translate.js';

/**
 * After something was said of a merged patient: makes up what they still lack toward the survivor, be it that the merge
 * was broken off, or that it came about while this was on its way. Nearly always that is nothing.
 *
 * What was said is durable, so a fault of ours is no answer to it any more: what is missing stays on the patient's list
 * (`PatientState.translations`), and the next command about them, or a repeat of the merge, tries again and says so.
 */
export async function keepTranslated(
  deps: CommandDeps,
  request: CommandRequest<unknown>,
  command: CommandName,
  receipt: Receipt,
  patientId: string,
): Promise<void> {
  const { caller, correlationId } = request;
  try {
    const root = rootOf(await deps.identities.believed(deps, caller.tenant), patientId);
    if (root === patientId) return;
    const causationId = receipt.eventIds.at(-1) ?? correlationId;
    await ensureTranslated(deps, { caller, correlationId, causationId, command }, { root, members: [root, patientId] });
  } catch (fault) {
    if (!(fault instanceof LedgerFault)) throw fault;
  }
}
