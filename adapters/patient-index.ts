import { setImmediate } from 'node:timers/promises';
import type { PatientIndex } from '../commands/ports.js';
import type { EventReader } from '../domain/log.js';
import { LedgerFault } from '../domain/rejections.js';
import type { Vault } from '../domain/rings.js';
import { soughtOf, tokenOf } from '../domain/search/fields.js';
import { type PhoneReader, searchableOf } from '../domain/search/searchable.js';
import { patientsProjection, type Tokens } from '../projections/patients.js';
import { isAssertion, type LedgerEvent, type Recorded } from '../schemas/catalogue.js';
import { type ModelProgress, tooFarBehind } from './model-progress.js';
import { type OnUnreadable, openedOrTold } from './opened-or-told.js';
import { openPatient } from './search/open-patient.js';
import type { PatientSearch } from './search/patient-search.js';

const CATCH_UP_MS = 2000;
/** Requests get their turn between so many: each is opened, read and hashed a dozen times. */
const AT_ONCE = 32;

/** Patients by identifier, for commands. The projection runs in the process that holds the keys, since identifiers are sealed. */
export class ModelPatientIndex implements PatientIndex {
  constructor(
    private readonly search: PatientSearch,
    private readonly store: EventReader,
    private readonly progress: ModelProgress,
    private readonly catchUpMs = CATCH_UP_MS,
  ) {}

  find(vault: Vault, tenant: string, identifier: string, limit: number): Promise<readonly string[]> {
    return this.search.byIdentifier(vault, tenant, identifier, limit);
  }

  async catchUp(): Promise<void> {
    const head = await this.store.head();
    if (head !== null && !(await this.progress.reached('patients', head, this.catchUpMs))) throw tooFarBehind('patients');
  }
}

/** The patients projection, and the step before it that opens a page's demographics and turns them into keyed hashes for searching. */
export function patientIndexing(vault: Vault, phoneOf: PhoneReader, onUnreadable: OnUnreadable) {
  // By event object and not by id: a rebuild beside the running model prepares pages of its own.
  const made = new WeakMap<LedgerEvent, Tokens>();
  // Generations of the index key that rows are known to be made with, by tenant.
  const needed = new Map<string, number>();
  return {
    projection: patientsProjection((event, atLeast) => {
      const tokens = made.get(event);
      // Another process has made rows under a newer key: this one looks for it, and tries the page again.
      if (tokens !== undefined && tokens.generation < atLeast) {
        needed.set(event.tenant, atLeast);
        throw new LedgerFault('keys-unavailable');
      }
      return tokens;
    }),
    prepare: async (page: readonly Recorded[]): Promise<void> => {
      for (let from = 0; from < page.length; from += AT_ONCE) {
        await Promise.all(
          page.slice(from, from + AT_ONCE).map(async ({ event }) => {
            const tokens = await tokensOf({ vault, phoneOf, onUnreadable }, event, needed.get(event.tenant) ?? 1);
            if (tokens !== undefined) made.set(event, tokens);
          }),
        );
        await setImmediate();
      }
    },
  };
}

interface Indexing {
  readonly vault: Vault;
  readonly phoneOf: PhoneReader;
  readonly onUnreadable: OnUnreadable;
}

/** Nothing for an erased patient, and for what is damaged: the patient is not found by it, and everybody else is. */
async function tokensOf({ vault, phoneOf, onUnreadable }: Indexing, event: LedgerEvent, atLeast: number): Promise<Tokens | undefined> {
  if (event.sealed.length === 0 || !isAssertion(event)) return undefined;
  const patient = await openedOrTold(vault, event, onUnreadable, () => openPatient(vault, event, event.data.patientId));
  const key = (await vault.indexKeys(event.tenant, atLeast)).at(-1);
  if (patient === undefined || key === undefined) return undefined;
  return { generation: key.generation, tokens: soughtOf(searchableOf(patient, phoneOf)).map((sought) => tokenOf(key, sought)) };
}
