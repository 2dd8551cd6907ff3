import { LedgerFault } from '../../domain/rejections.js';
import type { LedgerEvent, Recorded } from '../../schemas/catalogue.js';
import { decodeEvent, encodeEvent, isEventType } from '../codec.js';

/** An event as the server takes it: the envelope is its metadata, so that the server's own tools show who and when without the content. */
export interface EncodedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** An event as the server gives it. What is no JSON (any more) is bytes or text. */
export interface StoredRecord {
  readonly id: string;
  readonly type: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
  readonly data: unknown;
  readonly metadata: unknown;
}

export function encodeRecord(stream: string, event: LedgerEvent): EncodedEvent {
  encodeEvent(event);
  if (event.stream !== stream) throw new LedgerFault('internal', { cause: new Error('the event names another stream than the append') });
  const { type, data, sealed, ...envelope } = event;
  return { id: event.id, type, data: bytesOf({ data, sealed }), metadata: bytesOf(envelope) };
}

/** As the server counts it against its limit. */
export function sizeBytesOf({ type, data, metadata }: EncodedEvent): number {
  return data.length + metadata.length + 2 * type.length;
}

/**
 * The server's own events (`$…`) and those of other programs on the same server are none of our business. Ours are those
 * that bear a type of the catalogue, or the envelope of this stream: the latter with an unknown type was written by a
 * newer program, and must stop an older one rather than be skipped by it.
 */
export function isOurs({ type, stream, metadata }: StoredRecord): boolean {
  if (type.startsWith('$')) return false;
  return isEventType(type) || (isRecord(metadata) && metadata['stream'] === stream && typeof metadata['contentHash'] === 'string');
}

/** Throws `event-unreadable` for what breaks its schema, was blanked out, or was copied from another stream. */
export function decodeRecord(record: StoredRecord): Recorded {
  const { id, type, stream, revision, position, data, metadata } = record;
  if (!isRecord(data) || !isRecord(metadata)) throw unreadable(record, 'holds no JSON object');
  if (metadata['id'] !== id || metadata['stream'] !== stream) throw unreadable(record, 'has the envelope of another event');
  const event = decodeEvent(JSON.stringify({ ...metadata, type, data: data['data'], sealed: data['sealed'] }));
  return { event, revision, position };
}

export function unreadable({ stream, revision }: { readonly stream: string; readonly revision: number }, why: string): LedgerFault {
  return new LedgerFault('event-unreadable', { cause: new Error(`${revision}@${stream} ${why}`) });
}

function bytesOf(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value), 'utf8');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
