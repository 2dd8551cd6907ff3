import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { contentHash } from '../../commands/envelope.js';
import type { Digest } from '../../commands/ports.js';
import { TIMELESS } from '../../domain/decider.js';
import { EVENTS, type EventOf, type EventType, type LedgerEvent } from '../../schemas/catalogue.js';
import type { SealedPart } from '../../schemas/event.js';

export const digest: Digest = { sha256Hex: (text) => createHash('sha256').update(text, 'utf8').digest('hex') };

/** A token as a keyed hash would look; a fresh one each time. */
export function blindToken(): string {
  return randomBytes(16).toString('base64url');
}

/** A sealed part as a store sees it: nobody can open it. */
export function sealedPart(overrides: Partial<SealedPart> = {}): SealedPart {
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

function assertionOf(category: string, resourceType: string) {
  return {
    patientId: randomUUID(),
    category,
    resourceType,
    assertionId: randomUUID(),
    sourceVersion: '1',
    contentToken: blindToken(),
    statements: [{ element: null, identity: [blindToken()], value: blindToken() }],
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
  'fact-corrected': () => ({ ...assertionOf('allergy', 'AllergyIntolerance'), replaces: [randomUUID()], reason: 'correction' }),
  'fact-retracted': () => ({ patientId: randomUUID(), category: 'allergy', assertionId: randomUUID(), replaces: [randomUUID()], reason: 'entered-in-error' }),
  'system-of-record-designated': () => ({
    scope: { category: 'allergy', element: null },
    sources: ['ehr-1', 'pharmacy-1'],
    effectiveFrom: '2026-01-01T00:00:00.000Z',
    revision: 1,
    reason: 'agreed by the stewards',
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
  'input-quarantined': () => ({ code: 'invalid-json', resourceType: null, pointer: null, inputToken: blindToken() }),
};

/** Types whose content is sealed. */
const SEALED: readonly EventType[] = ['patient-registered', 'demographics-updated', 'fact-recorded', 'fact-corrected', 'input-quarantined'];

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
