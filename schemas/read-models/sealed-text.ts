import type { SealedPart } from '../event.js';

/** Words that a read model keeps sealed, with the place that they were sealed for. */
export interface SealedText {
  readonly eventId: string;
  readonly stream: string;
  readonly sealed: SealedPart;
}
