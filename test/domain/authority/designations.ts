import * as fc from 'fast-check';
import type { Designation, Withdrawal } from '../../../domain/authority/precedence.js';
import type { FactInQuestion } from '../../../domain/authority/scope.js';
import type { DesignationScope } from '../../../schemas/events/system-of-record-designated.js';
import { token, uuid } from '../given.js';

/** A scope that is open but for what is said. */
export function scope(more: Partial<DesignationScope> = {}): DesignationScope {
  return { patientId: null, codes: null, organization: null, category: null, element: null, ...more };
}

/** A fact that nothing is known of but what is said. */
export function fact(more: Partial<FactInQuestion> = {}): FactInQuestion {
  return { category: 'demographics', element: null, patients: [], organizations: new Set(), codes: new Set(), ...more };
}

export function designation(sources: readonly string[], more: Partial<Designation> = {}): Designation {
  return {
    eventId: uuid(JSON.stringify([sources, more])),
    scope: scope(),
    sources,
    effectiveFrom: '2026-01-01T00:00:00.000Z',
    effectiveTo: null,
    revision: 1,
    recordedAt: '2026-01-01T00:00:00.000Z',
    position: '1',
    reason: 'agreed',
    approval: null,
    withdrawn: null,
    ...more,
  };
}

export function withdrawal(effectiveFrom: string, more: Partial<Withdrawal> = {}): Withdrawal {
  return {
    eventId: uuid(`withdrawn ${effectiveFrom}`),
    effectiveFrom,
    recordedAt: effectiveFrom,
    position: '9',
    reason: 'it was wrong',
    approval: null,
    ...more,
  };
}

export const SOURCES = ['ehr', 'lis', 'ris', 'pharmacy'];
export const PATIENT = uuid('the patient');
export const CODES = ['asthma', 'penicillin'].map(token);

const instant = fc.constantFrom(...[2024, 2025, 2026, 2027, 2028].map((year) => `${year}-01-01T00:00:00.000Z`));

const anyScope: fc.Arbitrary<DesignationScope> = fc.record({
  patientId: fc.constantFrom(null, null, PATIENT, uuid('somebody else')),
  codes: fc.constantFrom(null, null, CODES, CODES.slice(1)),
  organization: fc.constantFrom(null, null, 'mercy', 'north'),
  category: fc.constantFrom(null, 'allergies', 'vital-signs'),
  element: fc.constantFrom(null, null, 'name'),
});

/** Few scopes and few instants, so that they meet often. */
export const anyDesignations: fc.Arbitrary<Designation[]> = fc
  .array(
    fc.record({
      sources: fc.shuffledSubarray(SOURCES, { minLength: 1 }),
      scope: anyScope,
      effectiveFrom: instant,
      effectiveTo: fc.option(instant),
      revision: fc.integer({ min: 1, max: 5 }),
      withdrawn: fc.option(instant.map((at) => withdrawal(at))),
    }),
    { maxLength: 8 },
  )
  .map((all) => all.map(({ sources, ...more }, index) => designation(sources, { ...more, eventId: uuid(`designation ${index}`) })));

export const anyFact: fc.Arbitrary<FactInQuestion> = fc.record({
  category: fc.constantFrom('allergies', 'vital-signs', 'demographics'),
  element: fc.constantFrom(null, 'name'),
  patients: fc.constantFrom([PATIENT], [PATIENT, uuid('somebody else')]),
  organizations: fc.constantFrom(new Set<string>(), new Set(['mercy']), new Set(['mercy', 'north'])),
  codes: fc.constantFrom(new Set<string>(), new Set(CODES.slice(0, 1)), new Set(CODES)),
});
