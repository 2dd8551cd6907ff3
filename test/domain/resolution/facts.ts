import * as fc from 'fast-check';
import type { Designation } from '../../../domain/authority/precedence.js';
import { canonicalJson } from '../../../domain/json/canonical.js';
import type { JsonValue } from '../../../domain/json/json-value.js';
import { groupIntoFacts } from '../../../domain/resolution/grouping.js';
import { resolveFact } from '../../../domain/resolution/resolve.js';
import type { Assertion, Head } from '../../../schemas/read-models/fact.js';
import { sealedPart } from '../../support/events.js';
import { token, uuid } from '../given.js';

export const OWNER = { tenant: 'acme', patientId: uuid('the patient') };
const SEALED = sealedPart();

export interface HeadSaid {
  readonly version?: string | null;
  readonly value?: string;
  readonly about?: readonly string[];
  readonly from?: string | null;
}

/** One live version; everything that tells of arrival is the same for all. */
export function headOf(record: string, { version = '1', value = 'v', about = [], from = null }: HeadSaid = {}): Head {
  return {
    eventId: uuid(`${record}|${version}|${value}`),
    eventType: 'fact-recorded',
    position: '1',
    revision: 1,
    recordedAt: '2026-01-01T00:00:00.000Z',
    sourceVersion: version,
    validTime: { from, to: null },
    contentToken: token(`content ${value}`),
    identity: about.map(token),
    value: token(value),
    stream: 'acme.patient-1',
    sealed: SEALED,
  };
}

export function assertionOf(source: string, record: string, heads: readonly HeadSaid[] = [{}], more: Partial<Assertion> = {}): Assertion {
  return {
    assertionId: uuid(`${source}|${record}`),
    source,
    recordKey: token(`${source}|${record}`),
    category: 'allergies',
    element: null,
    resourceType: 'AllergyIntolerance',
    heads: heads.map((head) => headOf(`${source}|${record}`, head)),
    highest: [],
    past: [],
    retraction: null,
    ...more,
  };
}

export function designation(sources: readonly string[], more: Partial<Designation> = {}): Designation {
  return {
    eventId: uuid(JSON.stringify([sources, more])),
    scope: { category: null, element: null },
    sources,
    effectiveFrom: '2026-01-01T00:00:00.000Z',
    revision: 1,
    recordedAt: '2026-01-01T00:00:00.000Z',
    reason: 'agreed',
    ...more,
  };
}

export const NOW = '2026-06-01T00:00:00.000Z';

/** The record as one text: facts in the order of their ids, each with its value, its alternatives and why. */
export function recordOf(assertions: readonly Assertion[], designations: readonly Designation[] = [], at: string = NOW): string {
  const resolutions = groupIntoFacts(OWNER, assertions)
    .map((fact) => resolveFact(fact, designations, at))
    .filter((resolution) => resolution !== undefined)
    .sort((left, right) => (left.fact.factId < right.fact.factId ? -1 : 1))
    // Live versions of a record are a set; how they lie in the row is of no account.
    .map((resolution) => ({
      ...resolution,
      designation: resolution.designation ?? null,
      fact: { ...resolution.fact, assertions: resolution.fact.assertions.map(({ assertionId }) => assertionId) },
    }))
    .map((resolution) => ({ ...resolution, winner: said(resolution.winner), alternatives: resolution.alternatives.map(said) }));
  return canonicalJson(resolutions as unknown as JsonValue);
}

function said({ assertion, head, rank }: { assertion: Assertion; head: Head; rank: number }) {
  return { source: assertion.source, recordKey: assertion.recordKey, head, rank };
}

const SOURCES = ['ehr', 'lis', 'ris', 'pharmacy'];
const about = fc.subarray(['a', 'b', 'c', 'd', 'e']);
const from = fc.constantFrom(null, '2020-01-01T00:00:00.000Z', '2021-01-01T00:00:00.000Z');
const heads = fc.uniqueArray(
  fc.record({ version: fc.constantFrom('1', '2', '10', 'x', 'y', null, '2026-01-01T00:00:00Z'), value: fc.constantFrom('v', 'w'), about, from }),
  {
    maxLength: 3,
    selector: ({ version, value }) => `${version}|${value}`,
  },
);

/** Any set of source records: few sources, few records, few things to be about, so that they meet often. */
export const anyAssertions: fc.Arbitrary<Assertion[]> = fc
  .uniqueArray(
    fc.record({ source: fc.constantFrom(...SOURCES), record: fc.constantFrom('1', '2', '3'), heads, category: fc.constantFrom('allergies', 'vital-signs') }),
    {
      maxLength: 9,
      selector: ({ source, record }) => `${source}|${record}`,
    },
  )
  .map((all) => all.map(({ source, record, heads, category }) => assertionOf(source, record, heads, { category })));

export const anyDesignations: fc.Arbitrary<Designation[]> = fc.uniqueArray(
  fc
    .record({
      sources: fc.shuffledSubarray(SOURCES, { minLength: 1 }),
      scope: fc.record({ category: fc.constantFrom(null, 'allergies', 'vital-signs'), element: fc.constantFrom(null, 'name') }),
      effectiveFrom: fc.constantFrom('2025-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'),
      revision: fc.integer({ min: 1, max: 5 }),
    })
    .map(({ sources, ...more }) => designation(sources, more)),
  { maxLength: 6, selector: ({ scope, revision }) => `${scope.category}|${scope.element}|${revision}` },
);

/** The same things in another order. */
export function shuffled<T>(all: fc.Arbitrary<T[]>): fc.Arbitrary<[T[], T[]]> {
  return all.chain((items) => fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length })));
}
