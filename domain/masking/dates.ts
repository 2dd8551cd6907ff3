import { dateText, dayNumber, isTime, readTime } from '../identity/time.js';

/** Years after which a year tells that somebody is older than 89 (164.514(b)(2)(i)(C)). */
const TELLING_YEARS = 90;
/** Whole weeks, so that weekdays stay: 52 back, 52 on, and never none. */
const WEEKS = 52;
const DAYS_A_WEEK = 7;

/**
 * The year of a FHIR date; null where it would tell of an age over 89, and where the text is no date. Who is 89 and has a
 * birthday before the year's end is counted as 90: a year cannot say it closer.
 */
export function yearOf(text: string, nowYear: number): string | null {
  const time = readTime(text);
  if (!isTime(time) || nowYear - time.year >= TELLING_YEARS) return null;
  return text.slice(0, 4);
}

/** The patient's offset out of 48 bits of a keyed hash: a multiple of 7 within ±364 days, never 0. */
export function shiftDaysFrom(hash: number): number {
  const step = hash % (2 * WEEKS);
  return DAYS_A_WEEK * (step < WEEKS ? step - WEEKS : step - WEEKS + 1);
}

/**
 * A FHIR date, dateTime or instant so many days later, as precise as it was, on its own clock; null where it leaves the
 * calendar of FHIR or is no date. A month or a year is moved by its middle, so that order among them stays.
 */
export function shiftedDate(text: string, days: number): string | null {
  const time = readTime(text);
  if (!isTime(time)) return null;
  const { precision, year, month, day } = time;
  const moved = dateText(middleOf(precision, year, month, day) + days);
  if (!/^\d{4}-/.test(moved) || moved.startsWith('0000')) return null;
  if (precision === 'year') return moved.slice(0, 4);
  if (precision === 'month') return moved.slice(0, 7);
  return moved + text.slice('YYYY-MM-DD'.length);
}

function middleOf(precision: string, year: number, month: number, day: number): number {
  if (precision === 'year') return dayNumber(year, 7, 2);
  return dayNumber(year, month, precision === 'month' ? 15 : day);
}
