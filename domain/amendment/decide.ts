import type { EventOf, LedgerEvent } from '../../schemas/catalogue.js';
import { accept, type Decider, type Decision, type Draft, TIMELESS } from '../decider.js';
import { type Rejection, reject } from '../rejections.js';
import { ANSWER_WITHIN_DAYS, endOfDay } from './deadline.js';

type Requested = EventOf<'amendment-requested'>['data'];
type Asked = Requested & { readonly scope: string };

/** A request for amendment: asked, extended once perhaps, answered; after a denial disagreed with, and rebutted. */
export interface AmendmentState {
  /** `scope` as it is published: of the words that were asked with. */
  request: { readonly data: Requested; readonly eventId: string; readonly revision: number; readonly scope: string | null } | null;
  dueBy: string;
  extended: boolean;
  accepted: boolean;
  denied: boolean;
  stated: boolean;
  includeRequest: boolean;
  rebutted: boolean;
}

/** `scope`: what the words of the command are sealed under; the fact's category when absent. */
export type AmendmentCommand = Step & { readonly scope?: string };

type Step =
  | { readonly name: 'request-amendment'; readonly data: Requested; readonly text: string }
  | { readonly name: 'accept'; readonly inform: readonly string[]; readonly denied: Denial | null }
  | { readonly name: 'deny'; readonly denied: Denial }
  | { readonly name: 'extend'; readonly at: string; readonly days: number; readonly text: string }
  | { readonly name: 'rebut'; readonly text: string }
  | { readonly name: 'state-disagreement'; readonly statement: string | null; readonly includeRequest: boolean };

/** Of all that was asked, or of the part that was not accepted. */
export interface Denial {
  readonly basis: EventOf<'amendment-denied'>['data']['basis'];
  readonly text: string;
}

export const amendmentDecider: Decider<AmendmentState, AmendmentCommand> = {
  initial: () => ({ request: null, dueBy: '', extended: false, accepted: false, denied: false, stated: false, includeRequest: false, rebutted: false }),
  evolve: evolveAmendment,
  decide: decideAmendment,
};

function evolveAmendment(state: AmendmentState, event: LedgerEvent, revision: number): AmendmentState {
  switch (event.type) {
    case 'amendment-requested':
      state.request = { data: event.data, eventId: event.id, revision, scope: event.sealed[0]?.scope ?? null };
      state.dueBy = event.data.dueBy;
      return state;
    case 'amendment-extended':
      state.extended = true;
      state.dueBy = event.data.dueBy;
      return state;
    case 'amendment-accepted':
      state.accepted = true;
      return state;
    case 'amendment-denied':
      state.denied = true;
      return state;
    case 'amendment-disagreed':
      state.stated ||= event.data.statement;
      state.includeRequest ||= event.data.includeRequest;
      return state;
    case 'amendment-rebutted':
      state.rebutted = true;
      return state;
    default:
      return state;
  }
}

function decideAmendment(state: AmendmentState, command: AmendmentCommand): Decision {
  const { request } = state;
  if (command.name === 'request-amendment') {
    if (request !== null) return { kind: 'repeat', eventId: request.eventId, revision: request.revision };
    const { data, text } = command;
    return accept({ type: 'amendment-requested', data, source: null, validTime: TIMELESS, content: { scope: command.scope ?? data.category, text } });
  }
  if (request === null) return reject('unknown-amendment');
  const asked = { ...request.data, scope: command.scope ?? request.data.category };
  switch (command.name) {
    case 'accept':
    case 'deny':
      // A late answer is still owed: that it was late shows.
      return isAnswered(state) ? outOfStep('not-answered-yet') : accept(...answers(asked, command));
    case 'extend':
      return decideExtend(state, asked, command);
    case 'state-disagreement':
      return decideDisagree(state, asked, command);
    case 'rebut':
      return decideRebut(state, asked, command.text);
  }
}

function answers(request: Asked, command: Extract<Step, { name: 'accept' | 'deny' }>): Draft[] {
  const about = aboutOf(request);
  const denied =
    command.denied === null ? [] : [sealed({ type: 'amendment-denied', data: { ...about, basis: command.denied.basis } }, request, command.denied.text)];
  if (command.name === 'deny') return denied;
  const extent = command.denied === null ? ('full' as const) : ('partial' as const);
  const inform = command.inform.length === 0 ? null : JSON.stringify(command.inform);
  return [sealed({ type: 'amendment-accepted', data: { ...about, extent } }, request, inform), ...denied];
}

function decideExtend(state: AmendmentState, request: Asked, { at, days, text }: Extract<Step, { name: 'extend' }>): Decision {
  if (isAnswered(state)) return outOfStep('not-answered-yet');
  if (state.extended) return reject('extension-used');
  if (at >= state.dueBy) return reject('deadline-passed');
  const dueBy = endOfDay(request.receivedAt, ANSWER_WITHIN_DAYS + days, request.timeZone);
  return accept(sealed({ type: 'amendment-extended', data: { ...aboutOf(request), days, dueBy } }, request, text));
}

function decideDisagree(state: AmendmentState, request: Asked, command: Extract<Step, { name: 'state-disagreement' }>): Decision {
  if (!state.denied) return outOfStep('only-after-denial');
  if (command.statement !== null && state.stated) return outOfStep('one-statement');
  if (command.statement === null && state.includeRequest) return outOfStep('asked-already');
  const data = { ...aboutOf(request), statement: command.statement !== null, includeRequest: command.includeRequest };
  return accept(sealed({ type: 'amendment-disagreed', data }, request, command.statement));
}

function decideRebut(state: AmendmentState, request: Asked, text: string): Decision {
  if (!state.stated) return outOfStep('only-after-statement');
  if (state.rebutted) return outOfStep('one-rebuttal');
  return accept(sealed({ type: 'amendment-rebutted', data: aboutOf(request) }, request, text));
}

function isAnswered({ accepted, denied }: AmendmentState): boolean {
  return accepted || denied;
}

function outOfStep(rule: string): Rejection {
  return reject('amendment-out-of-step', [{ pointer: '', rule }]);
}

function aboutOf({ amendmentId, patientId }: Requested) {
  return { amendmentId, patientId };
}

type Answers = 'amendment-accepted' | 'amendment-denied' | 'amendment-extended' | 'amendment-disagreed' | 'amendment-rebutted';

/** Words about the disputed fact are sealed as it is: who may not have the one opened does not see the other. */
function sealed(draft: { [T in Answers]: { type: T; data: EventOf<T>['data'] } }[Answers], { scope }: Asked, text: string | null): Draft {
  return { ...draft, source: null, validTime: TIMELESS, content: text === null ? null : { scope, text } };
}
