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

function assertion(category: string, resourceType: string) {
  return () => ({
    patientId: randomUUID(),
    category,
    resourceType,
    assertionId: randomUUID(),
    sourceVersion: '1',
    contentToken: blindToken(),
    statements: [{ element: null, identity: [blindToken()], value: blindToken() }],
  });
}

/** Valid data of every type of the catalogue, fresh each time. */
const DATA: { readonly [T in EventType]: () => EventOf<T>['data'] } = {
  'source-registered': () => ({ sourceId: 'lis-1', displayName: 'Laboratory', kind: 'lis', organization: null }),
  'source-suspended': () => ({ sourceId: 'lis-1', reason: 'sends the same results again and again' }),
  'source-reinstated': () => ({ sourceId: 'lis-1', reason: 'repaired' }),
  'patient-registered': assertion('demographics', 'Patient'),
  'demographics-updated': assertion('demographics', 'Patient'),
  'fact-recorded': assertion('allergy', 'AllergyIntolerance'),
  'fact-corrected': () => ({ ...assertion('allergy', 'AllergyIntolerance')(), reason: 'wrong code', corrects: randomUUID() }) as unknown as EventOf<'fact-corrected'>['data'],
  'fact-retracted': () => ({}) as EventOf<'fact-retracted'>['data'],
  'system-of-record-designated': () => ({}) as EventOf<'system-of-record-designated'>['data'],
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
