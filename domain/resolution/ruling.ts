import { type Designation, rulingDesignation } from '../authority/precedence.js';
import type { Candidate } from './order.js';

/** What is known of the readers' designations once for all facts of a record. */
interface Known {
  readonly byCodes: boolean;
  readonly byOrganization: boolean;
  readonly ruling: Map<string, Designation | undefined>;
}

const KNOWN = new WeakMap<readonly Designation[], Known>();

export interface Judging {
  readonly designations: readonly Designation[];
  readonly organizations: ReadonlyMap<string, string>;
  readonly patients: readonly string[];
  readonly at: string;
}

/**
 * The designation that rules a fact. Most tenants have none for codes or organizations; then all facts of a category and
 * element have the same, which is looked up once for a list of designations.
 */
export function rulingOf(
  about: { category: string; element: string | null },
  counted: readonly Pick<Candidate, 'assertion' | 'head' | 'names'>[],
  judging: Judging,
): Designation | undefined {
  const { designations, patients, at } = judging;
  if (designations.length === 0) return undefined;
  const known = knownOf(designations);
  const alike = !known.byCodes && !known.byOrganization;
  const name = `${at}|${about.category}|${about.element}|${patients.join('|')}`;
  if (alike && known.ruling.has(name)) return known.ruling.get(name);
  const codes = known.byCodes ? codesOf(counted) : NONE;
  const organizations = known.byOrganization ? organizationsOf(counted, judging.organizations) : NONE;
  const found = rulingDesignation(designations, { category: about.category, element: about.element, patients, organizations, codes }, at);
  if (alike) known.ruling.set(name, found);
  return found;
}

const NONE: ReadonlySet<string> = new Set();

function knownOf(designations: readonly Designation[]): Known {
  const known = KNOWN.get(designations);
  if (known !== undefined) return known;
  const fresh = {
    byCodes: designations.some(({ scope }) => scope.codes !== null),
    byOrganization: designations.some(({ scope }) => scope.organization !== null),
    ruling: new Map<string, Designation | undefined>(),
  };
  KNOWN.set(designations, fresh);
  return fresh;
}

function codesOf(counted: readonly Pick<Candidate, 'head' | 'names'>[]): Set<string> {
  const codes = new Set<string>();
  for (const { head, names } of counted) {
    for (const token of [...head.codes, ...head.ranges, ...names.codes, ...names.ranges]) codes.add(token);
  }
  return codes;
}

function organizationsOf(counted: readonly Pick<Candidate, 'assertion'>[], organizations: ReadonlyMap<string, string>): Set<string> {
  return new Set(counted.map(({ assertion }) => organizations.get(assertion.source)).filter((organization) => organization !== undefined));
}
