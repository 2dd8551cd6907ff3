import type { DenialBasis } from '../events/amendment-denied.js';
import type { SealedText } from './sealed-text.js';

export interface AmendmentStep {
  readonly eventId: string;
  readonly subject: string;
  readonly at: string;
  readonly text: SealedText | null;
}

/** A correction that followed an amendment: by the source, or by an approved change. */
export interface AmendmentCorrection {
  readonly eventId: string;
  readonly assertionId: string;
  readonly source: string | null;
  readonly approval: string | null;
  readonly at: string;
}

/** A request for amendment and all that was said to it; every word of it stays sealed. */
export interface AmendmentRow {
  readonly amendmentId: string;
  readonly patientId: string;
  readonly factId: string;
  readonly category: string;
  readonly element: string | null;
  /** What is disputed: whichever fact one of these belongs to carries the material. */
  readonly assertions: readonly string[];
  readonly receivedAt: string;
  readonly timeZone: string;
  readonly dueBy: string;
  readonly request: AmendmentStep;
  readonly extension: (AmendmentStep & { readonly days: number }) | null;
  readonly acceptance: (AmendmentStep & { readonly extent: 'full' | 'partial' }) | null;
  readonly denial: (AmendmentStep & { readonly basis: DenialBasis }) | null;
  /** When the individual asked that request and denial go with disclosures. */
  readonly includeRequest: { readonly eventId: string; readonly at: string } | null;
  readonly statement: AmendmentStep | null;
  readonly rebuttal: AmendmentStep | null;
  readonly corrections: readonly AmendmentCorrection[];
}
