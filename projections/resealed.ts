import type { Recorded } from '../schemas/catalogue.js';
import type { SealedPart } from '../schemas/event.js';
import type { ReadModels } from './ports.js';

/**
 * Sealed parts of events under fresh keys, in the place of those that the log holds under keys which were compromised. Rows are made
 * where the keys are; whoever makes a read model of an event takes its parts from here. So a model that is built anew is as good as
 * the one before, and whoever builds it needs no key.
 */
export const RESEALED = 'resealed';

export interface ResealedRow {
  /** All parts of the event, in its order: those that were not concerned as they were. */
  readonly sealed: SealedPart[];
}

/** How far the log has been looked through for parts under compromised keys: later events need no look. */
export interface ResealedThrough {
  readonly position: string;
}

export const resealedKey = (tenant: string, eventId: string): string => `e/${tenant}/${eventId}`;
export const RESEALED_THROUGH = 'through';

/** The events with the parts that are to be kept of them. */
export async function withResealedParts(models: ReadModels, page: readonly Recorded[]): Promise<readonly Recorded[]> {
  const keys = page.filter(({ event }) => event.sealed.length > 0).map(({ event }) => resealedKey(event.tenant, event.id));
  const rows = (await models.get(RESEALED, keys)).filter((row) => row !== undefined);
  const parts = new Map(rows.map(({ key, value }) => [key, (value as ResealedRow).sealed]));
  return page.map((recorded) => {
    const sealed = parts.get(resealedKey(recorded.event.tenant, recorded.event.id));
    return sealed === undefined ? recorded : { ...recorded, event: { ...recorded.event, sealed } };
  });
}

/** Null where nothing was ever resealed. */
export async function resealedThrough(models: ReadModels): Promise<string | null> {
  const [row] = await models.get(RESEALED, [RESEALED_THROUGH]);
  return (row?.value as ResealedThrough | undefined)?.position ?? null;
}
