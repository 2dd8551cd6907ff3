import type { Standing } from '../../schemas/events/statement.js';
import type { JsonObject } from '../json/json-value.js';
import { type FhirResource, objectsOf, stringOf } from './resource.js';

const IN_ERROR = 'entered-in-error';

const CONFIRMED = new Set(['confirmed']);
const PROVISIONAL = new Set(['provisional', 'differential', 'unconfirmed', 'preliminary', 'registered', 'partial']);
const CORRECTED = new Set(['corrected', 'amended', 'appended']);

/** Types whose `status` tells how a result or text was come by. Of other types it is what they say: `not-done`, `stopped`. */
const ISSUED: ReadonlySet<string> = new Set(['Observation', 'DiagnosticReport', 'Composition']);

const NONE: readonly string[] = [];

function verification(resource: JsonObject): readonly string[] {
  const value = resource['verificationStatus'];
  if (value === undefined) return NONE;
  if (typeof value === 'string') return [value];
  const codes: string[] = [];
  for (const concept of objectsOf(resource, 'verificationStatus')) {
    for (const coding of objectsOf(concept, 'coding')) codes.push(stringOf(coding, 'code') ?? '');
  }
  return codes;
}

/** Disproven: the same fact as the positive statement with the opposite value, and so no standing of its own. */
export const isRefuted = (resource: FhirResource): boolean => verification(resource).includes('refuted');

/** How sure a statement is, from what the resource says of itself. */
export function standingOf(resource: FhirResource): Standing {
  const verified = verification(resource);
  const issued = stringOf(resource, ISSUED.has(resource.resourceType) ? 'status' : 'docStatus') ?? '';
  if (stringOf(resource, 'status') === IN_ERROR || issued === IN_ERROR || verified.includes(IN_ERROR)) return IN_ERROR;
  if (CORRECTED.has(issued)) return 'corrected';
  if (verified.length === 0) return PROVISIONAL.has(issued) ? 'provisional' : 'stated';
  if (verified.some((code) => CONFIRMED.has(code))) return 'confirmed';
  return PROVISIONAL.has(issued) || verified.some((code) => PROVISIONAL.has(code)) ? 'provisional' : 'stated';
}
