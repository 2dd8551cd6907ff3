const DAY_MS = 86_400_000;
/** So long before its end a key shows as expiring. */
const NOTICE_DAYS = 30;

export interface KeyAge {
  readonly createdAt: string;
  readonly ageDays: number;
  /** Until when it may wrap; what it wrapped opens after that too. */
  readonly sealsUntil: string;
  readonly standing: 'fresh' | 'expiring' | 'expired';
}

/** Where a key stands in its cryptoperiod; null when nobody kept when it was made. */
export function keyAge(createdAt: string, cryptoperiodDays: number, nowMs: number): KeyAge | null {
  const madeMs = Date.parse(createdAt);
  if (Number.isNaN(madeMs)) return null;
  const endMs = madeMs + cryptoperiodDays * DAY_MS;
  const standing = nowMs > endMs ? 'expired' : nowMs >= endMs - NOTICE_DAYS * DAY_MS ? 'expiring' : 'fresh';
  return { createdAt, ageDays: Math.floor((nowMs - madeMs) / DAY_MS), sealsUntil: new Date(endMs).toISOString(), standing };
}
