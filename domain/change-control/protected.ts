import { PROTECTED_COMMANDS, type ProtectedCommand } from '../../schemas/commands/propose-change.js';
import { isCategory } from '../../schemas/phi/categories.js';
import { mayCommand } from '../access/permissions.js';

/** Whether a protected change needs a second person, or one is enough: the latter to try the ledger out, never in production. */
export type ChangeControl = 'four-eyes' | 'one-person';

/** What is looked at of a command to tell whether it is protected. */
export interface Protectable {
  readonly name: string;
  readonly body: unknown;
  readonly caller: { readonly actor: { readonly subject: string; readonly roles: readonly string[] } };
}

export function isProtected(name: string): name is ProtectedCommand {
  return (PROTECTED_COMMANDS as readonly string[]).includes(name);
}

/**
 * Does a command that somebody sends by themselves need a second person first? A correction does when it is of another
 * source's record. Of `settle-conflict` only the conflict's category can tell, which its handler asks `isSafetyConflict`.
 */
export function needsApproval(command: Protectable): boolean {
  if (command.name === 'settle-conflict') return false;
  // The root is everybody's: nobody touches it alone.
  if (command.name === 'rotate-key') return (command.body as { readonly level?: unknown }).level === 'root';
  if (command.name === 'correct-fact') return correctsAnother(command);
  return isProtected(command.name);
}

/** A source corrects its own record by itself; whoever is no source corrects nobody's. */
export function correctsAnother({ body, caller }: Pick<Protectable, 'body' | 'caller'>): boolean {
  const source = correctedSource(body);
  return !caller.actor.roles.includes('source') || (source !== undefined && source !== caller.actor.subject);
}

/** The source that a correction names. */
export function correctedSource(body: unknown): string | undefined {
  const source = (body as { readonly source?: unknown }).source;
  return typeof source === 'string' ? source : undefined;
}

/** A proposal asks for what its author might send, were it not protected. A correction of a source's record is the stewards' and officers'. */
export function mayPropose(roles: readonly string[], command: ProtectedCommand): boolean {
  return command === 'correct-fact' ? roles.includes('steward') || roles.includes('privacy-officer') : mayCommand(roles, command);
}

/**
 * Where a wrong settlement can hurt somebody before it is noticed.
 *
 * | category | because |
 * | --- | --- |
 * | allergies | a hidden allergy is given again |
 * | medications | a stopped drug goes on, a taken one is missed; doses add up |
 * | immunizations | a dose is given twice, or a contraindication of one is lost |
 * | devices | an implant that is not known of meets a magnet or a current |
 * | conditions | pregnancy, bleeding, transplants; keyed hashes do not tell these from others |
 */
const SAFETY_CATEGORIES: ReadonlySet<string> = new Set(['allergies', 'medications', 'immunizations', 'devices', 'conditions']);

/** Elements by which people are told apart, or on which doses and care depend: settled wrongly, the record is another person's. */
const SAFETY_ELEMENTS: ReadonlySet<string> = new Set(['birthDate', 'gender', 'deceased', 'identifier']);

export function isSafetyCategory(category: string): boolean {
  return SAFETY_CATEGORIES.has(category) || !isCategory(category);
}

/** Does settling a conflict of this category (and, of demographics, this element) need a second person? */
export function isSafetyConflict(category: string, element: string | null): boolean {
  return category === 'demographics' ? element === null || SAFETY_ELEMENTS.has(element) : isSafetyCategory(category);
}
