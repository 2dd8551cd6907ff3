import type { Filter, IndexSpecification } from 'mongodb';
import type { Checkpoint, PageOptions, Row } from '../../projections/ports.js';

/**
 * A row as MongoDB holds it. The value is JSON text: it comes back as it went in, whatever its members are called, and
 * nothing in it can be taken for an operator or for a BSON type.
 */
export interface RowDocument {
  _id: string;
  position: string;
  value: string;
  index: string[];
}

/** What a model consists of. `next` is the last number given out. */
export interface ModelDocument {
  _id: string;
  active: number | null;
  building: number | null;
  next: number;
}

/**
 * Who runs a generation, and how far it has got. The two stand together so that one update both checks the fence and moves
 * the checkpoint: a save under a superseded fence cannot miss that it is superseded.
 */
export interface LeaseDocument {
  _id: string;
  owner: string;
  fence: number;
  until: Date;
  checkpoint: Checkpoint | null;
}

export function leaseId(model: string, generation: number): string {
  return `${model}/${generation}`;
}

/** For `byIndex` and `keysByIndex`: entries of one value stand in key order. */
export const BY_INDEX: IndexSpecification = { index: 1, _id: 1 };

/** Below the 16 MiB that MongoDB allows a document, with room for what stands around the value. */
const VALUE_AT_MOST_BYTES = 16 * 1024 * 1024 - 64 * 1024;

export function documentOf({ key, position, value, index }: Row): RowDocument {
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > VALUE_AT_MOST_BYTES) throw new Error('a row is larger than a document of MongoDB may be');
  return { _id: key, position, value: text, index: [...index] };
}

export function rowOf({ _id, position, value, index }: RowDocument): Row {
  return { key: _id, position, value: JSON.parse(value), index };
}

/** Strings compare by their UTF-8 bytes in MongoDB's simple collation, which is what the port asks for. */
export function prefixFilter(prefix: string, { after }: PageOptions): Filter<RowDocument> {
  const end = firstAfterPrefix(prefix);
  return { _id: { $gte: prefix, ...(end === undefined ? {} : { $lt: end }), ...(after === undefined ? {} : { $gt: after }) } };
}

/** The least string that is greater than all that begin with the prefix: its last code point that can grow, grown by one. */
export function firstAfterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (letter) => letter.codePointAt(0) as number);
  for (let point = points.pop(); point !== undefined; point = points.pop()) {
    // Surrogates are no code points of their own: after U+D7FF comes U+E000.
    if (point < 0x10ffff) return String.fromCodePoint(...points, point === 0xd7ff ? 0xe000 : point + 1);
  }
  return undefined;
}
