import type { SealedText } from './sealed-text.js';

/** A protected change, as it is listed: who asked, who agreed, what became of it. What it would do stays sealed. */
export interface ChangeRow {
  readonly changeId: string;
  readonly command: string;
  readonly patientId: string | null;
  readonly reason: string;
  readonly proposedBy: string;
  readonly proposedAt: string;
  readonly correlationId: string;
  readonly expiresAt: string | null;
  readonly reviewDueBy: string | null;
  readonly followsUp: string | null;
  readonly body: SealedText | null;
  readonly decision: (ChangeStep & { readonly kind: 'approved' | 'rejected'; readonly reason: string | null }) | null;
  readonly application: (ChangeStep & { readonly outcome: 'applied' | 'failed'; readonly code: string | null; readonly effects: readonly string[] }) | null;
  readonly review: (ChangeStep & { readonly verdict: string; readonly reason: string }) | null;
  /** The applied change that makes this one good. */
  readonly followedUpBy: string | null;
}

export interface ChangeStep {
  readonly eventId: string;
  readonly subject: string;
  readonly at: string;
}
