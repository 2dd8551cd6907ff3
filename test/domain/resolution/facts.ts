import * as fc from 'fast-check';
import type { Designation } from '../../../domain/authority/precedence.js';
import { canonicalJson } from '../../../domain/json/canonical.js';
import type { JsonValue } from '../../../domain/json/json-value.js';
import { groupIntoFacts } from '../../../domain/resolution/grouping.js';
import { type Candidate, type ResolutionContext, resolveFact } from '../../../domain/resolution/resolve.js';
import type { Standing } from '../../../schemas/events/statement.js';
import type { Assertion, Head } from '../../../schemas/read-models/fact.js';
import { sealedPart } from '../../support/events.js';
import { token, uuid } from '../given.js';

export { anyDesignations, designation, scope } from '../authority/designations.js';

const PATIENT = uuid('the patient');
export const OWNER = { tenant: 'acme', root: PATIENT, members: [PATIENT] };
const SEALED = sealedPart();

export interface HeadSaid {
  readonly version?: string | null;
  readonly value?: string;
  readonly about?: readonly string[];
  readonly from?: string | null;
  readonly standing?: Standing | null;
  /** What is said at one, two, … significant digits. */
  readonly precision?: readonly string[];
  readonly codes?: readonly string[];
  readonly ranges?: readonly string[];
  readonly asserts?: readonly string[];
  readonly contradicts?: readonly string[];
}

/** One live version; everything that tells of arrival is the same for all. */
export function headOf(record: string, { version = '1', value = 'v', about = [], from = null, standing = 'stated', ...names }: HeadSaid = {}): Head {
  const { precision = [], codes = [], ranges = [], asserts = [], contradicts = [] } = names;
  return {
    eventId: uuid(`${record}|${version}|${value}`),
    eventType: 'fact-recorded',
    category: 'allergies',
    resourceType: 'AllergyIntolerance',
    position: '1',
    revision: 1,
    recordedAt: '2026-01-01T00:00:00.000Z',
    sourceVersion: version,
    validTime: { from, to: null },
    contentToken: token(`content ${value}`),
    identity: about.map(token),
    value: token(value),
    precision: precision.map(token),
    codes: codes.map(token),
    ranges: ranges.map(token),
    asserts: asserts.map(token),
    contradicts: contradicts.map(token),
    standing,
    stream: 'acme.patient-1',
    sealed: [SEALED],
  };
}

export function assertionOf(source: string, record: string, heads: readonly HeadSaid[] = [{}], more: Partial<Assertion> = {}): Assertion {
  return {
    assertionId: uuid(`${source}|${record}`),
    patientId: PATIENT,
    source,
    recordKey: token(`${source}|${record}`),
    category: 'allergies',
    element: null,
    part: null,
    resourceType: 'AllergyIntolerance',
    heads: heads.map((head) => headOf(`${source}|${record}`, head)),
    highest: [],
    past: [],
    retraction: null,
    judgements: [],
    ...more,
  };
}

export const NOW = '2026-06-01T00:00:00.000Z';

/** A record is settled by these designations, at this instant. */
export function by(designations: readonly Designation[] = [], more: Partial<ResolutionContext> = {}): ResolutionContext {
  return { designations, organizations: new Map(), patients: [PATIENT], at: NOW, ...more };
}

/** The record as one text: facts in the order of their ids, each with its value, its alternatives and why. */
export function recordOf(assertions: readonly Assertion[], designations: readonly Designation[] = []): string {
  const resolutions = groupIntoFacts(OWNER, assertions)
    .map((fact) => resolveFact(fact, by(designations)))
    .filter((resolution) => resolution !== undefined)
    .sort((left, right) => (left.fact.factId < right.fact.factId ? -1 : 1))
    // Live versions of a record are a set; how they lie in the row is of no account.
    .map((resolution) => ({
      ...resolution,
      designation: resolution.designation ?? null,
      settlement: resolution.settlement ?? null,
      fact: { ...resolution.fact, assertions: resolution.fact.assertions.map(({ assertionId }) => assertionId) },
    }))
    .map((resolution) => ({ ...resolution, winner: said(resolution.winner), alternatives: resolution.alternatives.map(said) }));
  return canonicalJson(resolutions as unknown as JsonValue);
}

function said({ assertion, head, rank, outranked }: Candidate) {
  return { source: assertion.source, recordKey: assertion.recordKey, head, rank, outranked };
}

const SOURCES = ['ehr', 'lis', 'ris', 'pharmacy'];
const about = fc.subarray(['a', 'b', 'c', 'd', 'e']);
const from = fc.constantFrom(null, '2020-01-01T00:00:00.000Z', '2021-01-01T00:00:00.000Z');
const heads = fc.uniqueArray(
  fc.record({
    version: fc.constantFrom('1', '2', '10', 'x', 'y', null, '2026-01-01T00:00:00Z'),
    value: fc.constantFrom('v', 'w'),
    codes: fc.subarray(['s', 'i', 't']),
    about,
    from,
  }),
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

/** The same things in another order. */
export function shuffled<T>(all: fc.Arbitrary<T[]>): fc.Arbitrary<[T[], T[]]> {
  return all.chain((items) => fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length })));
}
