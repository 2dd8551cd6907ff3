import type { EventOf } from '../../schemas/catalogue.js';

export interface ExposureCounts {
  readonly through: string | null;
  readonly events: number;
  readonly patients: number;
  readonly readers: number;
  readonly feeds: number;
}

const DAY_MS = 86_400_000;
/** 45 CFR 164.404(b), 164.406(b), 164.408: at most so many days, counted from the discovery or the end of its year. */
const NOTICE_DAYS = 60;
/** 45 CFR 164.408(b): from so many on, the Secretary is told with the individuals; 164.406: from more than so many on, the media. */
const MANY = 500;

/**
 * The incident that a report of a compromised key opens. A breach counts as discovered on the day on which it is known to anybody
 * of the entity (45 CFR 164.404(a)(2)): the day of the report. Keys that were destroyed in time make what they sealed unreadable,
 * which is no breach of unsecured information (164.402); whether this is one is for the privacy officer to judge.
 */
export function incidentOf(
  { data, recordedAt }: EventOf<'key-compromise-reported'>,
  counts: ExposureCounts,
  digest: string,
): EventOf<'incident-opened'>['data'] {
  const individualsBy = later(Date.parse(recordedAt), NOTICE_DAYS);
  const yearsEnd = Date.UTC(new Date(recordedAt).getUTCFullYear() + 1, 0, 1);
  return {
    incidentId: data.reportId,
    kind: 'key-compromise',
    reportId: data.reportId,
    discoveredAt: recordedAt,
    ...counts,
    digest,
    individualsBy,
    secretaryBy: counts.patients >= MANY ? individualsBy : later(yearsEnd, NOTICE_DAYS),
    mediaToBeJudged: counts.patients > MANY,
  };
}

function later(fromMs: number, days: number): string {
  return new Date(fromMs + days * DAY_MS).toISOString();
}
