/** A FHIR `date`, `dateTime` or `instant` (R4), checked against the calendar. */
export interface ClinicalTime {
  readonly precision: 'year' | 'month' | 'day' | 'minute' | 'second' | 'fraction';
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** Minutes since midnight, as written: before the offset is taken into account. */
  readonly minuteOfDay: number;
  readonly second: number;
  /** Digits after the point, without trailing zeros: systems pad what they never measured. */
  readonly fraction: string;
  /** Minutes east of Greenwich; `null` for a date, which has no zone. */
  readonly offsetMinutes: number | null;
}

export type TimeFault = 'malformed' | 'nonexistent' | 'no-zone';

const TIME = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const daysIn = (year: number, month: number): number => (month === 2 && isLeap(year) ? 29 : (DAYS[month - 1] ?? 0));

function offsetOf(text: string): number | null {
  if (text === 'Z') return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(4, 6));
  if (hours > 14 || minutes > 59 || (hours === 14 && minutes > 0)) return null;
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** Reads a time, or says why it is none. A day that no calendar has (2021-02-30) is `nonexistent`. */
export function readTime(text: string): ClinicalTime | TimeFault {
  const parts = TIME.exec(text);
  if (parts === null) return 'malformed';
  const [, years = '', months, days, hours, minutes = '0', seconds, fractions, zone] = parts;
  const year = Number(years);
  const month = months === undefined ? 1 : Number(months);
  const day = days === undefined ? 1 : Number(days);
  const hour = Number(hours ?? 0);
  const second = Number(seconds ?? 0);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return 'nonexistent';
  if (hour > 23 || Number(minutes) > 59 || second > 60) return 'nonexistent';
  if (hours !== undefined && zone === undefined) return 'no-zone';
  const offsetMinutes = zone === undefined ? null : offsetOf(zone);
  if (zone !== undefined && offsetMinutes === null) return 'nonexistent';
  const fraction = (fractions ?? '').replace(/0+$/, '');
  const precision =
    months === undefined
      ? 'year'
      : days === undefined
        ? 'month'
        : hours === undefined
          ? 'day'
          : seconds === undefined
            ? 'minute'
            : fraction === ''
              ? 'second'
              : 'fraction';
  return { precision, year, month, day, minuteOfDay: hour * 60 + Number(minutes), second, fraction, offsetMinutes };
}

export const isTime = (read: ClinicalTime | TimeFault): read is ClinicalTime => typeof read !== 'string';

/** Days since 1970-01-01 in the proleptic Gregorian calendar (the usual civil-date arithmetic, March-based years). */
export function dayNumber(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468;
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

/** The day of such a number, `YYYY-MM-DD`. */
export function dateText(days: number): string {
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthIndex = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthIndex + 2) / 5) + 1;
  const month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

const minuteNumber = (time: ClinicalTime): number => dayNumber(time.year, time.month, time.day) * 1440 + time.minuteOfDay - (time.offsetMinutes ?? 0);

function clockText(minutes: number): string {
  const ofDay = ((minutes % 1440) + 1440) % 1440;
  return `${dateText(Math.floor(minutes / 1440))}T${pad(Math.floor(ofDay / 60), 2)}:${pad(ofDay % 60, 2)}`;
}

/**
 * One text for every way to write the same time at the same precision: UTC when it has a clock time, the date as it
 * stands when it has not. `2021-03` and `2021-03-14` stay different: whether they are equal is unknown (FHIRPath §6.1.1).
 */
export function canonicalTime(time: ClinicalTime): string {
  if (time.precision === 'year') return pad(time.year, 4);
  if (time.precision === 'month') return `${pad(time.year, 4)}-${pad(time.month, 2)}`;
  if (time.precision === 'day') return writtenDay(time);
  const clock = clockText(minuteNumber(time));
  if (time.precision === 'minute') return `${clock}Z`;
  return `${clock}:${pad(time.second, 2)}${time.fraction === '' ? '' : `.${time.fraction}`}Z`;
}

/** The calendar day as it was written, in the writer's own zone: `YYYY-MM-DD`. */
export const writtenDay = (time: ClinicalTime): string => `${pad(time.year, 4)}-${pad(time.month, 2)}-${pad(time.day, 2)}`;

const MS_PER_MINUTE = 60_000;

/** Milliseconds since 1970-01-01T00:00:00Z of the first instant that the time may mean; finer digits are cut off. */
const firstMs = (time: ClinicalTime): number => minuteNumber(time) * MS_PER_MINUTE + time.second * 1000 + Number(time.fraction.slice(0, 3).padEnd(3, '0'));

function unitMs(time: ClinicalTime): number {
  const days = 1440 * MS_PER_MINUTE;
  if (time.precision === 'year') return (isLeap(time.year) ? 366 : 365) * days;
  if (time.precision === 'month') return daysIn(time.year, time.month) * days;
  if (time.precision === 'day') return days;
  if (time.precision === 'minute') return MS_PER_MINUTE;
  return time.precision === 'second' ? 1000 : 1;
}

function instantText(ms: number): string {
  const minutes = Math.floor(ms / MS_PER_MINUTE);
  const rest = ms - minutes * MS_PER_MINUTE;
  return `${clockText(minutes)}:${pad(Math.floor(rest / 1000), 2)}.${pad(rest % 1000, 3)}Z`;
}

/** The first instant a time may mean, `YYYY-MM-DDTHH:MM:SS.sssZ`; a date, which has no zone, counts as UTC. */
export const firstInstant = (time: ClinicalTime): string => instantText(firstMs(time));

/**
 * The first instant after a time: an end "includes any matching date/time" (R4 Period.end), so the whole of its unit.
 * Fixed width, so that instants compare as text. Of the last unit of year 9999 it is that year's last millisecond.
 */
export function endInstant(time: ClinicalTime): string {
  const text = instantText(firstMs(time) + unitMs(time));
  return text.length === 24 ? text : '9999-12-31T23:59:59.999Z';
}
