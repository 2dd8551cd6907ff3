import { createHash } from 'node:crypto';
import { thingOf } from '../../domain/record/assertions.js';
import type { Candidate, Resolution } from '../../domain/resolution/resolve.js';

/** Names of ours in FHIR: extensions, rules, systems of identifiers. */
export function ledgerUrn(name: string): string {
  return `urn:clinical-ledger:${name}`;
}

export function uuidUrl(id: string): string {
  return `urn:uuid:${id}`;
}

/** A name-based UUID (RFC 9562, version 5): the same name in the same namespace has the same id in every bundle. */
export function nameBasedUuid(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/**
 * What a statement's entry is called. The assertion's own id, where a record speaks of one thing; a part of a record, and a
 * version that stands beside another of the same record, have a name within it.
 */
export function statementUrl({ winner, alternatives }: Pick<Resolution, 'winner' | 'alternatives'>, candidate: Candidate): string {
  const { assertion, head } = candidate;
  const first = [winner, ...alternatives].find((other) => other.assertion === assertion);
  const isPart = assertion.element !== null || assertion.part !== null;
  const beside = first === candidate ? [] : [head.eventId];
  const name = [...(isPart ? [thingOf(assertion)] : []), ...beside].join('|');
  return uuidUrl(name === '' ? assertion.assertionId : nameBasedUuid(assertion.assertionId, name));
}
