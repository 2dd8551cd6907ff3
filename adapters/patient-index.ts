import type { PatientIndex } from '../commands/ports.js';
import { searchableIdentifiers } from '../domain/identity/identifiers.js';
import type { EventReader } from '../domain/log.js';
import type { Vault } from '../domain/rings.js';
import { identifierIndex, type PatientRow, patientsProjection } from '../projections/patients.js';
import type { ReadModels } from '../projections/ports.js';
import { splitContent } from '../projections/reading/content.js';
import { isAssertion, type LedgerEvent, type Recorded } from '../schemas/catalogue.js';
import type { ModelProgress } from './model-progress.js';

const CATCH_UP_MS = 2000;

/** Patients by identifier. The projection runs in the process that holds the keys, since identifiers are sealed. */
export class ModelPatientIndex implements PatientIndex {
  constructor(
    private readonly models: ReadModels,
    private readonly store: EventReader,
    private readonly progress: ModelProgress,
  ) {}

  async find(tenant: string, identifierToken: string, limit: number): Promise<readonly string[]> {
    const rows = await this.models.byIndex('patients', identifierIndex(tenant, identifierToken), { limit });
    return rows.map((row) => (row.value as PatientRow).patientId);
  }

  async catchUp(): Promise<void> {
    const head = await this.store.head();
    if (head !== null) await this.progress.reached('patients', head, CATCH_UP_MS);
  }
}

/** The patients projection, and the step before it that opens a page's demographics and turns identifiers into tenant-wide tokens. */
export function patientIndexing(vault: Vault) {
  // By event object and not by id: a rebuild beside the running model prepares pages of its own.
  const tokens = new WeakMap<LedgerEvent, readonly string[]>();
  return {
    projection: patientsProjection((event: LedgerEvent) => tokens.get(event) ?? []),
    prepare: async (page: readonly Recorded[]): Promise<void> => {
      await Promise.all(page.map(async ({ event }) => tokens.set(event, await identifierTokens(vault, event))));
    },
  };
}

async function identifierTokens(vault: Vault, event: LedgerEvent): Promise<string[]> {
  const [sealed] = event.sealed;
  if (sealed === undefined || !isAssertion(event)) return [];
  const ring = await vault.patientRing(event.tenant, event.data.patientId);
  if (ring === undefined) return [];
  const { resource } = splitContent(await ring.open(sealed, { stream: event.stream, eventId: event.id }));
  const tenantRing = await vault.tenantRing(event.tenant);
  return searchableIdentifiers(JSON.parse(resource) as Record<string, unknown>).map((text) => tenantRing.blind('identifier', text));
}
