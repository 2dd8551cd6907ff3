import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { contentHash } from '../../commands/envelope.js';
import type { Digest } from '../../commands/ports.js';
import { TIMELESS } from '../../domain/decider.js';
import { EVENTS, type EventOf, type EventType, type LedgerEvent } from '../../schemas/catalogue.js';
import type { SealedPart } from '../../schemas/event.js';
import type { JudgedStatement } from '../../schemas/events/conflict-settled.js';

export const digest: Digest = { sha256Hex: (text) => createHash('sha256').update(text, 'utf8').digest('hex') };

/** A token as a keyed hash would look; a fresh one each time. */
export function blindToken(): string {
  return randomBytes(16).toString('base64url');
}

/** A sealed part as a store sees it: nobody can open it. */
export function sealedPart(overrides: Partial<Omit<SealedPart, 'suite'>> = {}): SealedPart {
  return {
    name: 'content',
    scope: 'allergy',
    suite: 1,
    keyId: randomUUID(),
    generation: 1,
    nonce: randomBytes(12).toString('base64url'),
    box: randomBytes(200).toString('base64url'),
    ...overrides,
  };
}

function namesOf() {
  return { identity: [blindToken()], value: blindToken(), precision: [], codes: [], ranges: [], asserts: [], contradicts: [] };
}

function judgedStatement(): JudgedStatement {
  const ids = { patientId: randomUUID(), assertionId: randomUUID(), eventId: randomUUID() };
  return { ...ids, source: 'lis-1', recordKey: blindToken(), element: null, part: null, group: 0 };
}

function assertionOf(category: string, resourceType: string) {
  return {
    patientId: randomUUID(),
    category,
    resourceType,
    assertionId: randomUUID(),
    sourceVersion: '1',
    contentToken: blindToken(),
    statements: [{ element: null, part: null, ...namesOf(), standing: 'stated' as const }],
  };
}

/** Valid data of every type of the catalogue, fresh each time. */
const DATA: { readonly [T in EventType]: () => EventOf<T>['data'] } = {
  'source-registered': () => ({ sourceId: 'lis-1', displayName: 'Laboratory', kind: 'lis', organization: null }),
  'source-suspended': () => ({ sourceId: 'lis-1', reason: 'sends the same results again and again' }),
  'source-reinstated': () => ({ sourceId: 'lis-1', reason: 'repaired' }),
  'patient-registered': () => assertionOf('demographics', 'Patient'),
  'demographics-updated': () => ({ ...assertionOf('demographics', 'Patient'), replaces: [] }),
  'fact-recorded': () => assertionOf('allergy', 'AllergyIntolerance'),
  'fact-corrected': () => ({ ...assertionOf('allergy', 'AllergyIntolerance'), replaces: [randomUUID()], approval: null, reason: 'correction' }),
  'fact-retracted': () => ({ patientId: randomUUID(), category: 'allergy', assertionId: randomUUID(), replaces: [randomUUID()], reason: 'entered-in-error' }),
  'system-of-record-designated': () => ({
    scope: { patientId: null, codes: null, organization: null, category: 'allergy', element: null },
    sources: ['ehr-1', 'pharmacy-1'],
    effectiveFrom: '2026-01-01T00:00:00.000Z',
    effectiveTo: null,
    revision: 1,
    approval: null,
    reason: 'agreed by the stewards',
  }),
  'conflict-settled': () => ({
    patientId: randomUUID(),
    category: 'allergies',
    decision: 'keep-both',
    chosen: null,
    judged: [judgedStatement(), judgedStatement()],
    version: 1,
    approval: null,
    reason: 'seen on two days',
  }),
  'conflict-reopened': () => ({
    patientId: randomUUID(),
    category: 'allergies',
    settlement: randomUUID(),
    judged: [judgedStatement()],
    reason: 'asked the patient again',
  }),
  'designation-withdrawn': () => ({
    scope: { patientId: null, codes: null, organization: null, category: 'allergy', element: null },
    designation: randomUUID(),
    effectiveFrom: '2026-02-01T00:00:00.000Z',
    revision: 2,
    approval: null,
    reason: 'the pharmacist has left',
  }),
  'patients-linked': () => ({ patientIds: [randomUUID(), randomUUID()], reason: 'treated in two houses' }),
  'patients-unlinked': () => ({ patientIds: [randomUUID(), randomUUID()], verdict: 'different-people', reason: 'twins' }),
  'patients-merged': () => {
    const [absorbed, survivor] = [randomUUID(), randomUUID()];
    return { absorbed, survivor, group: { root: survivor, members: [absorbed, survivor] }, approval: null, reason: 'registered twice' };
  },
  'patients-unmerged': () => {
    const [absorbed, survivor] = [randomUUID(), randomUUID()];
    const alone = (patientId: string) => ({ root: patientId, members: [patientId] });
    return { absorbed, survivor, kept: alone(survivor), released: alone(absorbed), approval: null, reason: 'father and son' };
  },
  'statements-translated': () => ({
    patientId: randomUUID(),
    toward: randomUUID(),
    statements: [
      {
        eventId: randomUUID(),
        source: 'lis-1',
        recordKey: blindToken(),
        element: null,
        part: null,
        ...namesOf(),
      },
    ],
  }),
  'change-proposed': () => ({
    changeId: randomUUID(),
    command: 'merge-patients',
    patientId: randomUUID(),
    expiresAt: '2026-03-08T08:30:00.000Z',
    reviewDueBy: null,
    followsUp: null,
    reason: 'registered twice',
  }),
  'change-approved': () => ({ changeId: randomUUID(), reason: null }),
  'change-rejected': () => ({ changeId: randomUUID(), reason: 'father and son' }),
  'change-applied': () => ({ changeId: randomUUID(), outcome: 'applied', code: null, effects: [randomUUID()], followsUp: null }),
  'change-reviewed': () => ({ changeId: randomUUID(), verdict: 'upheld', reason: 'it could not wait' }),
  'amendment-requested': () => ({
    amendmentId: randomUUID(),
    patientId: randomUUID(),
    factId: randomUUID(),
    category: 'allergies',
    element: null,
    assertions: [randomUUID()],
    receivedAt: '2026-03-01T08:30:00.000Z',
    dueBy: '2026-05-01T00:00:00.000Z',
    timeZone: 'UTC',
  }),
  'amendment-accepted': () => ({ amendmentId: randomUUID(), patientId: randomUUID(), extent: 'full' }),
  'amendment-denied': () => ({ amendmentId: randomUUID(), patientId: randomUUID(), basis: 'accurate-and-complete' }),
  'amendment-extended': () => ({ amendmentId: randomUUID(), patientId: randomUUID(), days: 30, dueBy: '2026-05-31T00:00:00.000Z' }),
  'amendment-disagreed': () => ({ amendmentId: randomUUID(), patientId: randomUUID(), statement: true, includeRequest: false }),
  'amendment-rebutted': () => ({ amendmentId: randomUUID(), patientId: randomUUID() }),
  'legal-hold-placed': () => ({ patientId: randomUUID() }),
  'legal-hold-released': () => ({ patientId: randomUUID(), holdId: randomUUID(), approval: null }),
  'erasure-refused': () => ({
    patientId: randomUUID(),
    ground: 'consent-withdrawn',
    requestedBy: 'patient',
    exceptions: [{ kind: 'retention-duty', law: '45 CFR 164.316(b)(2)(i)', until: '2032-03-01T08:30:00.000Z' }],
    approval: null,
  }),
  'erasure-ordered': () => ({
    patientId: randomUUID(),
    ground: 'unlawful-processing',
    requestedBy: 'patient',
    keys: [{ keyId: randomUUID(), generation: 1 }],
    quarantine: { inputs: [blindToken()], unattributed: 1, unattributedUntil: '2026-05-30T08:30:00.000Z', underTenantKeys: 0 },
    approval: null,
  }),
  'patient-erased': () => ({
    patientId: randomUUID(),
    orderId: randomUUID(),
    ground: 'unlawful-processing',
    requestedBy: 'patient',
    orderedBy: 'officer-1',
    approvedBy: 'officer-2',
    method: 'cryptographic-erase-aes-256',
    keys: [{ keyId: randomUUID(), generation: 1 }],
    evidence: [{ store: 'key-store', finding: 'no-secret-left', through: null }],
    orderedAt: '2026-03-01T08:30:00.000Z',
    verifiedAt: '2026-03-01T08:30:01.000Z',
    orderPosition: '7',
    verifiedThrough: '9',
    remains: ['patient-id', 'event-metadata'],
    quarantine: { destroyed: 1, unattributed: 1, unattributedUntil: '2026-05-30T08:30:00.000Z', underTenantKeys: 0 },
    irrecoverableAfter: '2026-04-05T08:30:01.000Z',
  }),
  'access-recorded': () => ({
    action: 'read-record',
    outcome: 'allowed',
    code: null,
    rule: 'clinician-reads@1',
    patients: [randomUUID()],
    categories: ['allergy'],
    opened: 3,
    detail: null,
  }),
  'input-quarantined': () => ({ code: 'invalid-json', resourceType: null, pointer: null, inputToken: blindToken(), sealedUnder: 'input' }),
  'key-rotation-ordered': () => ({
    rotationId: randomUUID(),
    kind: 'rotate',
    level: 'tenant',
    patientId: null,
    fromKeyId: randomUUID(),
    because: 'scheduled',
    activatesAt: null,
    approval: null,
  }),
  'key-rotation-completed': () => ({ rotationId: randomUUID(), level: 'tenant', patientId: null, toKeyId: randomUUID(), rewrapped: 12 }),
  'key-suspension-ordered': () => ({
    orderId: randomUUID(),
    kind: 'suspend',
    level: 'tenant',
    patientId: null,
    keyId: randomUUID(),
    because: 'inquiry',
  }),
  'key-state-changed': () => ({ keyId: randomUUID(), level: 'tenant', patientId: null, generation: 1, to: 'deactivated', because: randomUUID() }),
  'key-compromise-reported': () => ({
    reportId: randomUUID(),
    level: 'tenant',
    patientId: null,
    keyId: randomUUID(),
    suspectedSince: '2026-11-23T14:44:31.120Z',
  }),
  'incident-opened': () => ({
    incidentId: randomUUID(),
    kind: 'key-compromise',
    reportId: randomUUID(),
    discoveredAt: '2026-11-23T14:44:31.120Z',
    through: '12',
    events: 4,
    patients: 2,
    readers: 1,
    feeds: 0,
    digest: 'a'.repeat(64),
    individualsBy: '2027-01-22T14:44:31.120Z',
    secretaryBy: '2027-03-02T00:00:00.000Z',
    mediaToBeJudged: false,
  }),
  'keys-used': () => ({
    segment: randomUUID(),
    from: '2026-11-23T14:44:31.120Z',
    to: '2026-11-23T14:44:33.120Z',
    uses: [{ subject: 'dr-1', purpose: 'TREAT', reason: 'read-record', operation: 'open', scope: 'allergies', of: [{ owner: randomUUID(), count: 3 }] }],
  }),
};

/** Types whose content is sealed. */
const SEALED: readonly EventType[] = [
  'patient-registered',
  'demographics-updated',
  'fact-recorded',
  'fact-corrected',
  'input-quarantined',
  'change-proposed',
  'amendment-requested',
  'amendment-denied',
  'amendment-extended',
  'amendment-disagreed',
  'amendment-rebutted',
  'legal-hold-placed',
  'erasure-refused',
  'erasure-ordered',
];

export type EventOverrides<T extends EventType> = Partial<Omit<EventOf<T>, 'type' | 'data'>> & { readonly data?: Partial<EventOf<T>['data']> };

/** A valid event with random ids; whatever is given takes the place of what would be made up. */
export function eventOf<T extends EventType>(type: T, { data, ...envelope }: EventOverrides<T> = {}): EventOf<T> {
  const correlationId = randomUUID();
  const event = {
    id: randomUUID(),
    type,
    version: EVENTS[type].properties.version.const,
    stream: `test.${type}-${randomUUID()}`,
    tenant: 'test',
    source: null,
    actor: { subject: 'lis-1', roles: ['source'], organization: null },
    purpose: 'TREAT',
    validTime: TIMELESS,
    recordedAt: '2026-03-01T08:30:00.000Z',
    correlationId,
    causationId: correlationId,
    idempotency: null,
    sealed: SEALED.includes(type) ? [sealedPart()] : [],
    ...envelope,
    data: { ...DATA[type](), ...data },
  };
  return { contentHash: contentHash(digest, event), ...event } as unknown as EventOf<T>;
}

/** So many facts for one stream, each with an id of its own. */
export function factsFor(stream: string, count: number): LedgerEvent[] {
  return Array.from({ length: count }, () => eventOf('fact-recorded', { stream, tenant: tenantOf(stream) }));
}

/** Streams are named `{tenant}.{noun}-{id}`. */
export function tenantOf(stream: string): string {
  return stream.slice(0, stream.indexOf('.'));
}
