import type { AmendmentCommand } from '../domain/amendment/decide.js';
import { type Rejection, reject } from '../domain/rejections.js';
import type { AnswerAmendment } from '../schemas/commands/answer-amendment.js';
import { patientOfAmendment, submitAmendment } from './amendment/amendment.js';
import type { CommandDeps } from './deps.js';
import type { CommandRequest, Outcome } from './request.js';

/** The entity acts on a request for amendment. */
export async function answerAmendment(deps: CommandDeps, request: CommandRequest<AnswerAmendment>): Promise<Outcome> {
  const { caller, body } = request;
  const command = answerOf(body, deps.clock.now());
  if ('kind' in command) return command;
  const patientId = await patientOfAmendment(deps, caller.tenant, body.amendmentId);
  if (typeof patientId !== 'string') return patientId;
  return submitAmendment(deps, request, { amendmentId: body.amendmentId, patientId }, 'answer-amendment', command);
}

type Member = Exclude<keyof AnswerAmendment, 'amendmentId' | 'answer'>;

/** Which members an answer takes: of these the first list must be there, the second may. */
const MEMBERS: Readonly<Record<AnswerAmendment['answer'] | 'accept-in-part', readonly [needed: readonly Member[], allowed: readonly Member[]]>> = {
  accept: [[], ['extent', 'inform']],
  'accept-in-part': [['extent', 'basis', 'text'], ['inform']],
  deny: [['basis', 'text'], []],
  extend: [['days', 'text'], []],
  rebut: [['text'], []],
};

function answerOf(body: AnswerAmendment, at: string): AmendmentCommand | Rejection {
  const { answer, inform = [], basis, days = 0, text = '' } = body;
  const inPart = answer === 'accept' && body.extent === 'partial';
  const misfit = misfitOf(body, inPart ? 'accept-in-part' : answer);
  if (misfit !== null) return misfit;
  const denied = basis === undefined ? null : { basis, text };
  if (answer === 'accept') return { name: 'accept', inform, denied };
  if (answer === 'extend') return { name: 'extend', at, days, text };
  if (answer === 'rebut') return { name: 'rebut', text };
  return denied === null ? reject('invalid-command', [{ pointer: '', rule: 'required', expected: 'basis' }]) : { name: 'deny', denied };
}

/** A member that an answer does not take would be dropped without a word. */
function misfitOf(body: AnswerAmendment, kind: keyof typeof MEMBERS): Rejection | null {
  const [needed, allowed] = MEMBERS[kind];
  const given = Object.keys(body).filter((name): name is Member => name !== 'amendmentId' && name !== 'answer');
  const missing = needed.find((name) => !given.includes(name));
  if (missing !== undefined) return reject('invalid-command', [{ pointer: '', rule: 'required', expected: missing }]);
  const extra = given.find((name) => !needed.includes(name) && !allowed.includes(name));
  return extra === undefined ? null : reject('invalid-command', [{ pointer: `/${extra}`, rule: 'not-with-this-answer' }]);
}
