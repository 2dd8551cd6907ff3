/**
 * Which version of a source record supersedes which. Only two kinds of version compare: whole numbers with whole numbers,
 * and RFC 3339 instants with instants. Anything else is incomparable, and then arrival order is no answer: both stand,
 * and the source is in conflict with itself (PRODUCT rule 7).
 */
export type VersionOrder = 'higher' | 'lower' | 'same' | 'incomparable';

const WHOLE_NUMBER = /^(0|[1-9]\d{0,17})$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

export function compareVersions(left: string | null, right: string | null): VersionOrder {
  if (left === right) return 'same';
  if (left === null || right === null) return 'incomparable';
  if (WHOLE_NUMBER.test(left) && WHOLE_NUMBER.test(right)) return BigInt(left) > BigInt(right) ? 'higher' : 'lower';
  if (INSTANT.test(left) && INSTANT.test(right)) return compareInstants(left, right);
  return 'incomparable';
}

function compareInstants(left: string, right: string): VersionOrder {
  const [a, b] = [Date.parse(left), Date.parse(right)];
  if (Number.isNaN(a) || Number.isNaN(b)) return 'incomparable';
  if (a !== b) return a > b ? 'higher' : 'lower';
  const [x, y] = [fraction(left), fraction(right)];
  if (x === y) return 'same';
  return x > y ? 'higher' : 'lower';
}

/**
 * A total order for ties, the later first: versions that compare as they compare, kinds that do not apart from each other
 * (whole numbers, instants, other labels, none). `compareVersions` alone is not transitive across kinds.
 */
export function orderVersions(left: string | null, right: string | null): number {
  const byKind = kindOf(left) - kindOf(right);
  if (byKind !== 0) return byKind;
  const order = compareVersions(left, right);
  return order === 'higher' ? -1 : order === 'lower' ? 1 : 0;
}

function kindOf(version: string | null): number {
  if (version === null) return 3;
  if (WHOLE_NUMBER.test(version)) return 0;
  return INSTANT.test(version) && !Number.isNaN(Date.parse(version)) ? 1 : 2;
}

/** Digits after the decimal point, padded, since `Date` keeps only three of them. */
function fraction(instant: string): string {
  return (/\.(\d+)/.exec(instant)?.[1] ?? '').padEnd(24, '0');
}

/** The least a version needs for its place in its record to be known. */
export interface VersionRef {
  readonly eventId: string;
  readonly sourceVersion: string | null;
}

/** What is known of one source record: its live versions, and the highest version of each comparable kind ever seen. */
export interface Lineage<V extends VersionRef> {
  heads: V[];
  highest: string[];
}

export function emptyLineage<V extends VersionRef>(): Lineage<V> {
  return { heads: [], highest: [] };
}

/**
 * Adds a version, which takes the place of the events it names and of every lower version; returns whether it is live.
 * A late, lower version is recorded but never live, even when the higher one has been retracted meanwhile.
 */
export function addVersion<V extends VersionRef>(lineage: Lineage<V>, version: V, replaces: readonly string[]): boolean {
  removeVersions(lineage, replaces);
  if (isOutdated(lineage, version.sourceVersion)) return false;
  lineage.heads = lineage.heads.filter((head) => compareVersions(version.sourceVersion, head.sourceVersion) !== 'higher');
  lineage.heads.push(version);
  noteHighest(lineage, version.sourceVersion);
  return true;
}

/** Has the record been seen in a higher version than this? */
export function isOutdated(lineage: Pick<Lineage<VersionRef>, 'highest'>, version: string | null): boolean {
  return lineage.highest.some((seen) => compareVersions(version, seen) === 'lower');
}

export function removeVersions<V extends VersionRef>(lineage: Lineage<V>, eventIds: readonly string[]): void {
  if (eventIds.length > 0) lineage.heads = lineage.heads.filter((head) => !eventIds.includes(head.eventId));
}

function noteHighest<V extends VersionRef>(lineage: Lineage<V>, version: string | null): void {
  if (version === null) return;
  const index = lineage.highest.findIndex((seen) => compareVersions(version, seen) !== 'incomparable');
  if (index === -1) lineage.highest.push(version);
  else if (compareVersions(version, lineage.highest[index] as string) === 'higher') lineage.highest[index] = version;
}
