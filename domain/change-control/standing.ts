/** How far a change has come. `expired` and `overdue` are told by the time alone: no event makes them. */
export const CHANGE_STANDINGS = ['proposed', 'expired', 'approved', 'applied', 'failed', 'rejected', 'in-review', 'overdue', 'reviewed'] as const;
export type ChangeStanding = (typeof CHANGE_STANDINGS)[number];

/** What a change's standing is read from. */
export interface ChangeSteps {
  readonly expiresAt: string | null;
  readonly reviewDueBy: string | null;
  readonly decision: { readonly kind: 'approved' | 'rejected' } | null;
  readonly application: { readonly outcome: 'applied' | 'failed' } | null;
  readonly review: { readonly verdict: string } | null;
  readonly followedUpBy: string | null;
}

export function standingOf(steps: ChangeSteps, now: string): ChangeStanding {
  const { expiresAt, reviewDueBy, decision, application, review } = steps;
  if (decision?.kind === 'rejected') return 'rejected';
  if (application?.outcome === 'failed') return 'failed';
  if (review !== null) return 'reviewed';
  if (reviewDueBy !== null) return application === null ? 'approved' : now < reviewDueBy ? 'in-review' : 'overdue';
  if (application !== null) return 'applied';
  if (decision !== null) return 'approved';
  return expiresAt !== null && now >= expiresAt ? 'expired' : 'proposed';
}

export type ChangeFinding = 'effect-missing' | 'review-overdue' | 'follow-up-missing';

/** What somebody has to see to: an effect that a crash left out, a review that nobody made, a change that was judged wrong and still stands. */
export function findingsOf(steps: ChangeSteps, now: string): ChangeFinding[] {
  const standing = standingOf(steps, now);
  if (standing === 'approved') return ['effect-missing'];
  if (standing === 'overdue') return ['review-overdue'];
  return steps.review?.verdict === 'not-upheld' && steps.followedUpBy === null ? ['follow-up-missing'] : [];
}
