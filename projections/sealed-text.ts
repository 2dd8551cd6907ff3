import type { LedgerEvent } from '../schemas/catalogue.js';
import type { SealedText } from '../schemas/read-models/sealed-text.js';

/** The event's sealed content, with the place that it opens at. */
export function sealedTextOf({ id: eventId, stream, sealed: [sealed] }: LedgerEvent): SealedText | null {
  return sealed === undefined ? null : { eventId, stream, sealed };
}
