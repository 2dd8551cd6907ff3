import { randomUUID } from 'node:crypto';
import type { Designation } from '../../domain/authority/precedence.js';
import { groupIntoFacts } from '../../domain/resolution/grouping.js';
import { type ResolutionContext, resolveFact } from '../../domain/resolution/resolve.js';
import type { Assertion, Fact, Head } from '../../schemas/read-models/fact.js';
import { perSecond } from './conditions.js';
import type { BenchOptions } from './options.js';
import type { Report } from './report.js';

const FACTS = 200;
const ASSERTIONS_A_FACT = 20;
const SOURCES = ['ehr', 'lis', 'pharmacy'] as const;
const AT = '2026-11-23T12:00:00.000Z';

/** From a set of assertions to the record: pure functions on clear metadata, nothing opened. */
export async function benchResolve(options: BenchOptions, report: Report): Promise<void> {
  report.begin('resolve', `${ASSERTIONS_A_FACT} assertions a fact from ${SOURCES.length} sources that disagree, 10 designations, one thread, in process`);
  const patientId = randomUUID();
  const sets = Array.from({ length: FACTS }, (_, fact) => Array.from({ length: ASSERTIONS_A_FACT }, (_, n) => assertion(patientId, fact, n)));
  const owner = { tenant: 'bench', root: patientId, members: [patientId] };
  const facts = sets.map((set) => groupIntoFacts(owner, set)[0] as Fact);
  const context: ResolutionContext = { designations: designations(), organizations: new Map(), patients: [patientId], at: AT };
  const durationMs = options.seconds * 200;
  const resolved = perSecond(durationMs, (n) => resolveFact(facts[n % FACTS] as Fact, context));
  report.figure('assertions resolved', resolved * ASSERTIONS_A_FACT, '/s', { least: 200_000 });
  const grouped = perSecond(durationMs, (n) => {
    const [fact] = groupIntoFacts(owner, sets[n % FACTS] as Assertion[]);
    return resolveFact(fact as Fact, context);
  });
  report.figure('assertions grouped and resolved', grouped * ASSERTIONS_A_FACT, '/s', { least: 200_000 });
}

function token(kind: string, n: number): string {
  return `${kind}${n}`.padEnd(22, 'A');
}

function assertion(patientId: string, fact: number, n: number): Assertion {
  const source = SOURCES[n % SOURCES.length] as string;
  return {
    assertionId: randomUUID(),
    patientId,
    source,
    recordKey: token('r', fact * 100 + n),
    category: 'laboratory',
    element: null,
    part: null,
    resourceType: 'Observation',
    heads: [head(patientId, fact, n)],
    highest: [],
    past: [],
    retraction: null,
    judgements: [],
  };
}

function head(patientId: string, fact: number, n: number): Head {
  return {
    eventId: randomUUID(),
    eventType: 'fact-recorded',
    category: 'laboratory',
    resourceType: 'Observation',
    position: String(fact * 100 + n),
    revision: n,
    recordedAt: AT,
    sourceVersion: null,
    validTime: { from: `2026-11-${String((n % 20) + 1).padStart(2, '0')}T00:00:00.000Z`, to: null },
    contentToken: token('c', n),
    identity: [token('i', fact)],
    value: token('v', n % 4),
    precision: [token('p', n % 2), token('q', n % 4)],
    codes: [token('k', fact)],
    ranges: [],
    asserts: [],
    contradicts: [],
    standing: 'stated',
    stream: `bench.patient-${patientId}`,
    sealed: [{ name: 'content', scope: 'laboratory', suite: 1, keyId: randomUUID(), generation: 1, nonce: 'n'.repeat(16), box: 'b' }],
  };
}

function designations(): Designation[] {
  return Array.from({ length: 10 }, (_, n) => ({
    eventId: randomUUID(),
    scope: { patientId: null, codes: null, organization: null, category: n < 3 ? 'laboratory' : n < 6 ? 'allergies' : null, element: null },
    sources: n % 2 === 0 ? ['lis', 'ehr'] : ['ehr', 'lis', 'pharmacy'],
    effectiveFrom: `2026-0${(n % 9) + 1}-01T00:00:00.000Z`,
    effectiveTo: null,
    revision: n + 1,
    recordedAt: AT,
    position: String(n),
    reason: 'bench',
    approval: null,
    withdrawn: null,
  }));
}
