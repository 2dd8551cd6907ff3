const BEFORE = '{"sourceRecordId":';
const BETWEEN = '","resource":';

/** What a source wrote, opened: its id of the record, and the resource byte for byte. */
export interface Opened {
  readonly sourceRecordId: string;
  readonly resource: string;
}

/** What is sealed: the source's record id, which may identify a person, and the resource as it was written. */
export function joinContent({ sourceRecordId, resource }: Opened): string {
  return `{"sourceRecordId":${JSON.stringify(sourceRecordId)},"resource":${resource}}`;
}

/**
 * Splits the sealed text without parsing it, so that digits and order stay as written. Inside the record id every quote
 * is escaped, so the first place where the id's closing quote meets `resource` is the right one.
 */
export function splitContent(text: string): Opened {
  const at = text.indexOf(BETWEEN);
  return {
    sourceRecordId: JSON.parse(text.slice(BEFORE.length, at + 1)) as string,
    resource: text.slice(at + BETWEEN.length, -1),
  };
}
