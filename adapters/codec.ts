import type { ValidateFunction } from 'ajv';
import { LedgerFault } from '../domain/rejections.js';
import { EVENT_TYPES, EVENTS, type EventType, type LedgerEvent } from '../schemas/catalogue.js';
import { upcast } from '../schemas/upcast.js';
import { strictAjv } from './ajv.js';

const ajv = strictAjv();
const validators = new Map<string, ValidateFunction>();

/** Compiled when first needed: a schema takes tens of milliseconds, each thread compiles its own, and most need few of them. */
function validatorOf(type: string | undefined): ValidateFunction | undefined {
  const known = validators.get(type ?? '');
  if (known !== undefined || type === undefined || !isEventType(type)) return known;
  const compiled = ajv.compile(EVENTS[type]);
  validators.set(type, compiled);
  return compiled;
}

/** The only door from events to bytes. An event that breaks its own schema is a broken program: it never reaches a store. */
export function encodeEvent(event: LedgerEvent): string {
  const validate = validatorOf(event.type);
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
  const validate = validatorOf(type);
  const newest = validate === undefined || event === null ? undefined : upcast(event, type);
  if (validate === undefined || newest === undefined || !validate(newest)) {
    throw new LedgerFault('event-unreadable', { cause: new Error(`event ${String(event?.['id'])} at ${places(validate)}`) });
  }
  return newest as unknown as LedgerEvent;
}

export function isEventType(type: string): type is EventType {
  return (EVENT_TYPES as readonly string[]).includes(type);
}

/** Where and which rule, never a value. */
function places(validate: ValidateFunction | undefined): string {
  return (validate?.errors ?? []).map(({ instancePath, keyword }) => `${instancePath || '/'} (${keyword})`).join(', ') || 'an unknown type or version';
}
