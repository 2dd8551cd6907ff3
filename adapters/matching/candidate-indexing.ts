import { setImmediate } from 'node:timers/promises';
import { isFhirResource } from '../../domain/identity/resource.js';
import type { JsonValue } from '../../domain/json/json-value.js';
import { type Blinded, blinded } from '../../domain/matching/blinded.js';
import { openWhole } from '../../domain/record/content.js';
import { openWith } from '../../domain/record/unreadable.js';
import type { Vault } from '../../domain/rings.js';
import { candidatesProjection } from '../../projections/candidates.js';
import { isAssertion, type LedgerEvent, type Recorded } from '../../schemas/catalogue.js';
import { type OnUnreadable, openedOrTold } from '../opened-or-told.js';

/** Requests get their turn between so many: each costs some hundred keyed hashes. */
const AT_ONCE = 8;
/** A page is compared in one go: some ten milliseconds. */
const PAGE_EVENTS = 16;

/**
 * The candidates projection, and the step before it that opens a page's demographics and leaves keyed hashes of them. It runs in the process
 * that holds the keys.
 */
export function candidateIndexing(vault: Vault, onUnreadable: OnUnreadable) {
  // By event object and not by id: a rebuild beside the running model prepares pages of its own.
  const made = new WeakMap<LedgerEvent, Blinded>();
  return {
    projection: candidatesProjection((event) => made.get(event)),
    pageEvents: PAGE_EVENTS,
    prepare: async (page: readonly Recorded[]): Promise<void> => {
      for (let from = 0; from < page.length; from += AT_ONCE) {
        await Promise.all(
          page.slice(from, from + AT_ONCE).map(async ({ event }) => {
            const tokens = await openedOrTold(vault, event, onUnreadable, () => tokensOf(vault, event));
            if (tokens !== undefined) made.set(event, tokens);
          }),
        );
        await setImmediate();
      }
    },
  };
}

/** Nothing for an erased patient: nobody can be matched with them any more. */
async function tokensOf(vault: Vault, event: LedgerEvent): Promise<Blinded | undefined> {
  if (event.sealed.length === 0 || !isAssertion(event)) return undefined;
  const { tenant, id: eventId, stream, sealed, data } = event;
  const opened = await openWith(
    (read) => vault.patientRing(tenant, data.patientId, read),
    (ring) => openWhole(ring, sealed, { stream, eventId }),
  );
  if (opened === undefined) return undefined;
  const patient = JSON.parse(opened.resource) as JsonValue;
  const tenantRing = await vault.tenantRing(event.tenant);
  return isFhirResource(patient) ? blinded(patient, (text) => tenantRing.blind('match', text)) : undefined;
}
