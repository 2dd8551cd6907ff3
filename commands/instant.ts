/** A year has four digits on the wire. */
const WRITABLE = /^\d{4}-/;

/**
 * A timestamp of a command as an instant in UTC. The schema has checked its form; undefined when it is none that we can
 * keep all the same: a leap second, or a year that the offset moves out of the calendar.
 */
export function instantOf(timestamp: string): string | undefined {
  const ms = Date.parse(timestamp);
  const text = Number.isNaN(ms) ? '' : new Date(ms).toISOString();
  return WRITABLE.test(text) ? text : undefined;
}
