import type { AmendmentRow } from '../../schemas/read-models/amendment.js';

export type AmendmentStanding = 'requested' | 'accepted' | 'partly-accepted' | 'denied' | 'disagreed' | 'rebutted';

export function amendmentStanding({ acceptance, denial, statement, rebuttal }: AmendmentRow): AmendmentStanding {
  if (rebuttal !== null) return 'rebutted';
  if (statement !== null) return 'disagreed';
  if (acceptance !== null) return denial === null ? 'accepted' : 'partly-accepted';
  return denial === null ? 'requested' : 'denied';
}

export type AmendmentFinding = 'overdue' | 'answered-late' | 'correction-missing';

/** What somebody has to see to, or to explain. */
export function amendmentFindings({ acceptance, denial, dueBy, corrections }: AmendmentRow, now: string): AmendmentFinding[] {
  const answeredAt = acceptance?.at ?? denial?.at ?? null;
  const findings: AmendmentFinding[] = [];
  if (answeredAt === null && now >= dueBy) findings.push('overdue');
  if (answeredAt !== null && answeredAt >= dueBy) findings.push('answered-late');
  if (acceptance !== null && corrections.length === 0) findings.push('correction-missing');
  return findings;
}
