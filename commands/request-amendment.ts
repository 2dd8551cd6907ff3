import { ANSWER_WITHIN_DAYS, endOfDay } from '../domain/amendment/deadline.js';
import { type Rejection, reject } from '../domain/rejections.js';
import type { RequestAmendment } from '../schemas/commands/request-amendment.js';
import { absentPatient } from './absent-patient.js';
import { actsFor, submitAmendment } from './amendment/amendment.js';
import { scopeOfWords } from './amendment/scope-of-words.js';
import type { CommandDeps } from './deps.js';
import { instantOf } from './instant.js';
import { newId } from './new-id.js';
import type { CommandRequest, Outcome } from './request.js';

const EARLIEST = '1996-08-21T00:00:00.000Z';

/** A patient disputes a fact of their record. What made up the fact is put on record with it, so that the request stays with it. */
export async function requestAmendment(deps: CommandDeps, request: CommandRequest<RequestAmendment>): Promise<Outcome> {
  const { caller, body } = request;
  const { patientId, factId } = body;
  if (!(await actsFor(deps, request, patientId))) return reject('not-permitted');
  if ((await deps.vault.patientRing(caller.tenant, patientId)) === undefined) return absentPatient(deps, caller.tenant, patientId);
  const receivedAt = receipt(deps, request);
  if (typeof receivedAt !== 'string') return receivedAt;
  const fact = await deps.facts.find(caller.tenant, patientId, factId);
  if (fact === undefined) return reject('unknown-fact', [{ pointer: '/factId', rule: 'fact-of-this-patient' }]);
  const amendmentId = await newId(deps, request, 'amendment-id');
  const { timeZone } = deps;
  const data = {
    amendmentId,
    patientId,
    factId,
    category: fact.category,
    element: fact.element,
    assertions: [...fact.assertions],
    receivedAt,
    dueBy: endOfDay(receivedAt, ANSWER_WITHIN_DAYS, timeZone),
    timeZone,
  };
  const scope = await scopeOfWords(deps.vault, caller.tenant, fact.category, fact.scopes);
  return submitAmendment(deps, request, { amendmentId, patientId }, 'request-amendment', { name: 'request-amendment', data, text: body.request, scope });
}

/** The clock starts when the request reached the entity. A patient's own command is received now; an officer says when paper came. */
function receipt(deps: CommandDeps, { caller, body }: CommandRequest<RequestAmendment>): string | Rejection {
  const now = deps.clock.now();
  if (body.receivedAt === undefined) return now;
  if (!caller.actor.roles.includes('privacy-officer')) return reject('not-permitted', [{ pointer: '/receivedAt', rule: 'privacy-officer' }]);
  const receivedAt = instantOf(body.receivedAt);
  if (receivedAt === undefined) return reject('invalid-date', [{ pointer: '/receivedAt', rule: 'real-instant' }]);
  // Before there was such a right, there was no such request.
  if (receivedAt < EARLIEST) return reject('invalid-date', [{ pointer: '/receivedAt', rule: 'not-before-1996' }]);
  return receivedAt > now ? reject('invalid-date', [{ pointer: '/receivedAt', rule: 'not-in-the-future' }]) : receivedAt;
}
