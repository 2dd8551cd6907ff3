import type { EventOf } from '../../schemas/catalogue.js';
import { accept, type Decider, type Decision, type Draft, TIMELESS } from '../decider.js';
import { reject } from '../rejections.js';
import { type ChangeState, causeOf, evolveChange, initialChange, type Proposal } from './state.js';

/** The key scope of what a change would do; of one that would state something sensitive, its sensitivities are the scope. */
export const CHANGE_SCOPE = 'change-control';

export type ChangeCommand =
  | {
      readonly name: 'propose-change';
      readonly subject: string;
      readonly data: EventOf<'change-proposed'>['data'];
      readonly scope: string;
      readonly text: string;
    }
  | { readonly name: 'approve-change'; readonly subject: string; readonly at: string; readonly reason: string | null }
  | { readonly name: 'reject-change'; readonly subject: string; readonly at: string; readonly reason: string }
  /** Not sent by anybody: what became of the effect is put on record by whoever carried it out. */
  | { readonly name: 'conclude'; readonly outcome: Conclusion }
  | { readonly name: 'review-change'; readonly subject: string; readonly verdict: EventOf<'change-reviewed'>['data']['verdict']; readonly reason: string };

export type Conclusion = { readonly effects: string[] } | { readonly code: string };

export const changeDecider: Decider<ChangeState, ChangeCommand> = {
  initial: initialChange,
  evolve: evolveChange,
  decide: decideChange,
};

function decideChange(state: ChangeState, command: ChangeCommand): Decision {
  if (command.name === 'propose-change') return decidePropose(state, command);
  const { proposal } = state;
  if (proposal === null) return reject('unknown-change');
  switch (command.name) {
    case 'approve-change':
      return decideApprove(state, proposal, command);
    case 'reject-change':
      return decideReject(state, proposal, command);
    case 'conclude':
      return decideConclude(state, proposal, command.outcome);
    case 'review-change':
      return decideReview(state, proposal, command);
  }
}

function decidePropose({ proposal }: ChangeState, { data, scope, text }: Extract<ChangeCommand, { name: 'propose-change' }>): Decision {
  if (proposal !== null) return { kind: 'repeat', eventId: proposal.eventId, revision: proposal.revision };
  return accept({ type: 'change-proposed', data, source: null, validTime: TIMELESS, content: { scope, text } });
}

/**
 * Four eyes: never the proposer. An approval whose effect is missing, since a process died in between, may be repeated by
 * anybody who might have given it: it is the same approval, and no second effect comes of it.
 */
function decideApprove(state: ChangeState, proposal: Proposal, command: Extract<ChangeCommand, { name: 'approve-change' }>): Decision {
  if (command.subject === proposal.subject) return reject('own-proposal');
  const { approval, application } = state;
  if (approval !== null) {
    const completes = application === null || approval.subject === command.subject;
    return completes ? { kind: 'repeat', eventId: approval.eventId, revision: approval.revision } : reject('change-decided');
  }
  if (state.rejection !== null || proposal.data.reviewDueBy !== null) return reject('change-decided');
  if (hasExpired(proposal, command.at)) return reject('change-expired');
  return accept(plain({ type: 'change-approved', data: { changeId: proposal.data.changeId, reason: command.reason } }));
}

function decideReject(state: ChangeState, proposal: Proposal, command: Extract<ChangeCommand, { name: 'reject-change' }>): Decision {
  const { rejection } = state;
  if (rejection?.subject === command.subject) return { kind: 'repeat', eventId: rejection.eventId, revision: rejection.revision };
  if (rejection !== null || state.approval !== null || proposal.data.reviewDueBy !== null) return reject('change-decided');
  if (hasExpired(proposal, command.at)) return reject('change-expired');
  return accept(plain({ type: 'change-rejected', data: { changeId: proposal.data.changeId, reason: command.reason } }));
}

/** The first conclusion stands: a change takes effect once, or fails once. */
function decideConclude(state: ChangeState, { data }: Proposal, outcome: Conclusion): Decision {
  const { application } = state;
  if (application !== null) return { kind: 'repeat', eventId: application.eventId, revision: application.revision };
  if (causeOf(state) === null) return reject('approval-required');
  const { changeId, followsUp } = data;
  const became =
    'code' in outcome ? { outcome: 'failed' as const, code: outcome.code, effects: [] } : { outcome: 'applied' as const, code: null, effects: outcome.effects };
  return accept(plain({ type: 'change-applied', data: { changeId, ...became, followsUp } }));
}

function decideReview(state: ChangeState, proposal: Proposal, command: Extract<ChangeCommand, { name: 'review-change' }>): Decision {
  const { review } = state;
  const { changeId, reviewDueBy } = proposal.data;
  if (reviewDueBy === null || state.application?.data.outcome !== 'applied') return reject('review-not-due');
  if (command.subject === proposal.subject) return reject('own-proposal');
  if (review !== null) {
    const same = review.subject === command.subject && review.verdict === command.verdict;
    return same ? { kind: 'repeat', eventId: review.eventId, revision: review.revision } : reject('change-decided');
  }
  return accept(plain({ type: 'change-reviewed', data: { changeId, verdict: command.verdict, reason: command.reason } }));
}

function hasExpired({ data }: Proposal, at: string): boolean {
  return data.expiresAt !== null && at >= data.expiresAt;
}

type PlainEvents = 'change-approved' | 'change-rejected' | 'change-applied' | 'change-reviewed';

function plain(draft: { [T in PlainEvents]: { type: T; data: EventOf<T>['data'] } }[PlainEvents]): Draft {
  return { ...draft, source: null, validTime: TIMELESS, content: null };
}
