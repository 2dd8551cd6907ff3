import type { ValidateFunction } from 'ajv';
import { LedgerFault } from '../domain/rejections.js';
import { EVENT_TYPES, EVENTS, type EventType, type LedgerEvent } from '../schemas/catalogue.js';
import { upcast } from '../schemas/upcast.js';
import { strictAjv } from './ajv.js';

const ajv = strictAjv();
const validators = new Map<string, ValidateFunction>(EVENT_TYPES.map((type) => [type, ajv.compile(EVENTS[type])]));

/** The only door from events to bytes. An event that breaks its own schema is a broken program: it never reaches a store. */
export function encodeEvent(event: LedgerEvent): string {
  const validate = validators.get(event.type);
  if (validate === undefined || !validate(event))
    throw new LedgerFault('internal', { cause: new Error(`event ${event.type} breaks its schema at ${places(validate)}`) });
  return JSON.stringify(event);
}

/** The only door from bytes to events: parse → upcast to the newest version → check. Throws `event-unreadable`. */
export function decodeEvent(text: string): LedgerEvent {
  let event: Record<string, unknown> | null;
  try {
    event = JSON.parse(text) as Record<string, unknown> | null;
  } catch (cause) {
    throw new LedgerFault('event-unreadable', { cause });
  }
  const type = event?.['type'] as EventType;
  const validate = validators.get(type);
  const newest = validate === undefined || event === null ? undefined : upcast(event, type);
  if (validate === undefined || newest === undefined || !validate(newest)) {
    throw new LedgerFault('event-unreadable', { cause: new Error(`event ${String(event?.['id'])} at ${places(validate)}`) });
  }
  return newest as unknown as LedgerEvent;
}

export function isEventType(type: string): type is EventType {
  return validators.has(type);
}

/** Where and which rule, never a value. */
function places(validate: ValidateFunction | undefined): string {
  return (validate?.errors ?? []).map(({ instancePath, keyword }) => `${instancePath || '/'} (${keyword})`).join(', ') || 'an unknown type or version';
}
