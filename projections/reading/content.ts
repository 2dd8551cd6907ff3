import { ELEMENTS } from '../../domain/identity/statements.js';
import { scanMembers } from '../../domain/json/lossless.js';
import type { KeyRing } from '../../domain/rings.js';
import type { Head } from '../../schemas/read-models/fact.js';

const DEPTH_AT_MOST = 100;
const BETWEEN = '","resource":';

/** What a source wrote, opened: its id of the record, and the resource byte for byte. */
export interface Opened {
  readonly sourceRecordId: string;
  readonly resource: string;
}

export async function openHead(ring: KeyRing, head: Pick<Head, 'sealed' | 'stream' | 'eventId'>): Promise<Opened> {
  return splitContent(await ring.open(head.sealed, head));
}

/**
 * Splits the sealed text without parsing it, so that digits and order stay as written. Inside the record id every quote
 * is escaped, so the first place where the id's closing quote meets `resource` is the right one.
 */
export function splitContent(text: string): Opened {
  const at = text.indexOf(BETWEEN);
  return {
    sourceRecordId: JSON.parse(text.slice('{"sourceRecordId":'.length, at + 1)) as string,
    resource: text.slice(at + BETWEEN.length, -1),
  };
}

/** The part of a Patient that belongs to one demographic element, as a Patient with only these members, as written. */
export function elementOfPatient(resource: string, element: string): string {
  const { members } = scanMembers(resource, { maxDepth: DEPTH_AT_MOST });
  const own = (ELEMENTS.get(element) ?? [element, `_${element}`])
    .map((name) => ({ name, span: members.get(name) }))
    .filter(({ span }) => span !== undefined)
    .map(({ name, span }) => `${JSON.stringify(name)}:${resource.slice(span?.start, span?.end)}`);
  return `{${['"resourceType":"Patient"', ...own].join(',')}}`;
}
