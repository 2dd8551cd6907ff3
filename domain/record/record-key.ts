import type { KeyRing } from '../rings.js';

/** What a source's record is called in the log: the id that it has there may identify a person, so only its keyed hash stands in clear. */
export function recordKeyOf(ring: Pick<KeyRing, 'blind'>, source: string, sourceRecordId: string): string {
  return ring.blind('record', `${source}|${sourceRecordId}`);
}
