/** 45 CFR 164.526(b)(2): act within 60 days of receipt; one extension of at most 30. */
export const ANSWER_WITHIN_DAYS = 60;
export const EXTENSION_AT_MOST_DAYS = 30;

const DAY_MS = 24 * 3600 * 1000;
/** No zone is further from UTC, with room for one that skipped a day. */
const FURTHEST_MS = 2 * DAY_MS;

/**
 * The instant at which the nth day after the day of receipt ends, by the calendar of a zone (an IANA name): midnight, or where
 * the clocks skip midnight that night, the first instant of the day after. Acting before it is in time.
 */
export function endOfDay(receivedAt: string, days: number, timeZone: string): string {
  const dayAt = calendarOf(timeZone);
  const received = dayAt(Date.parse(receivedAt));
  const nextDayMs = Date.parse(`${received}T00:00:00Z`) + (days + 1) * DAY_MS;
  const nextDay = new Date(nextDayMs).toISOString().slice(0, 10);
  // The local date never falls back across a midnight that was passed, so that the first instant of the day can be halved down to.
  let before = nextDayMs - FURTHEST_MS;
  let after = nextDayMs + FURTHEST_MS;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (dayAt(middle) >= nextDay) after = middle;
    else before = middle;
  }
  return new Date(after).toISOString();
}

/** Local date of an instant as `YYYY-MM-DD`. */
function calendarOf(timeZone: string): (ms: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return (ms) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
    return `${parts.get('year')?.padStart(4, '0')}-${parts.get('month')}-${parts.get('day')}`;
  };
}
