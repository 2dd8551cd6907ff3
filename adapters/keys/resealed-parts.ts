import { LedgerFault } from '../../domain/rejections.js';
import type { ReadModels, Row, Save } from '../../projections/ports.js';
import { RESEALED, RESEALED_THROUGH, type ResealedRow, resealedKey } from '../../projections/resealed.js';
import type { LedgerEvent } from '../../schemas/catalogue.js';
import type { KeyStore } from './key-store.js';

const LEASE_MS = 15_000;
const RENEW_MS = 5000;
const FORGOTTEN_AT_ONCE = 500;
/** Of rows that no event of their own has made, and of a checkpoint while nothing was carried out to its end. */
const NOWHERE = '';

/** What became of the parts that a compromised key had sealed: how many stand under fresh keys, and how many could not be opened. */
export interface ResealedCounts {
  readonly parts: number;
  readonly unreadable: number;
}

export interface ResealedEvent {
  readonly event: Pick<LedgerEvent, 'tenant' | 'id'>;
  readonly sealed: ResealedRow['sealed'];
  /** Whose keys seal these parts: what is removed when they are erased. */
  readonly owners: readonly string[];
}

/**
 * The parts that were sealed anew, kept beside the read models that use them. How far the log has been carried out is kept with them:
 * a folder of read models that is lost, or older than the log, knows what it lacks.
 */
export class ResealedParts implements Pick<KeyStore, 'cursor' | 'keepCursor'> {
  constructor(
    private readonly models: ReadModels,
    /** Names this process to the leases. */
    private readonly owner: string,
  ) {}

  async cursor(): Promise<string | null> {
    const position = (await this.models.checkpoint(RESEALED))?.position ?? NOWHERE;
    return position === NOWHERE ? null : position;
  }

  /** Nothing is kept while another process is at it: that one keeps where it stands, and what is done again changes nothing. */
  async keepCursor(_name: string, position: string): Promise<void> {
    try {
      await this.#save([], [], position);
    } catch (fault) {
      if (!(fault instanceof LedgerFault) || fault.code !== 'lease-lost') throw fault;
    }
  }

  async of(events: readonly LedgerEvent[]): Promise<readonly (ResealedRow['sealed'] | undefined)[]> {
    const rows = await this.models.get(
      RESEALED,
      events.map(({ tenant, id }) => resealedKey(tenant, id)),
    );
    return rows.map((row) => (row?.value as ResealedRow | undefined)?.sealed);
  }

  async put(events: readonly ResealedEvent[]): Promise<void> {
    const rows = events.map(({ event: { tenant, id }, sealed, owners }) => ({
      ...{ key: resealedKey(tenant, id), value: { sealed } satisfies ResealedRow, position: NOWHERE },
      index: owners.map((owner) => ownerIndex(tenant, owner)),
    }));
    await this.#save(rows, []);
  }

  /** From here on whoever builds a read model looks for parts of events up to there. */
  async lookedThrough(position: string): Promise<void> {
    await this.#save([{ key: RESEALED_THROUGH, value: { position }, position: NOWHERE, index: [] }], []);
  }

  async forget(tenant: string, owner: string): Promise<void> {
    for (;;) {
      const rows = await this.models.byIndex(RESEALED, ownerIndex(tenant, owner), { limit: FORGOTTEN_AT_ONCE });
      if (rows.length === 0) return;
      await this.#save(
        [],
        rows.map(({ key }) => key),
      );
    }
  }

  async done(tenant: string, reportId: string, counts: ResealedCounts): Promise<void> {
    await this.#save([{ key: reportKey(tenant, reportId), value: counts, position: NOWHERE, index: [] }], []);
  }

  /** One process at a time: another one fails here, and looks again later whether anything is left. */
  async held<T>(work: () => Promise<T>): Promise<T> {
    const generation = await this.#generation();
    const renew = () => this.models.lease(RESEALED, generation, this.owner, LEASE_MS);
    if ((await renew()) === null) throw new LedgerFault('lease-lost');
    // A lease that could not be renewed is found out by the next save.
    const renewing = setInterval(() => void renew().catch(() => null), RENEW_MS);
    try {
      return await work();
    } finally {
      clearInterval(renewing);
    }
  }

  async #save(put: readonly Row[], remove: Save['remove'], position?: string): Promise<void> {
    const generation = await this.#generation();
    const fence = await this.models.lease(RESEALED, generation, this.owner, LEASE_MS);
    if (fence === null) throw new LedgerFault('lease-lost');
    const checkpoint = (await this.models.checkpoint(RESEALED)) ?? { position: NOWHERE, events: 0, version: 1 };
    await this.models.save(RESEALED, generation, fence, { put, remove, checkpoint: position === undefined ? checkpoint : { ...checkpoint, position } });
  }

  /** There is but one: it is added to, and never built anew beside itself. */
  async #generation(): Promise<number> {
    const { active } = await this.models.generations(RESEALED);
    if (active !== null) return active;
    const first = await this.models.begin(RESEALED);
    await this.models.activate(RESEALED, first);
    return first;
  }
}

const reportKey = (tenant: string, reportId: string): string => `r/${tenant}/${reportId}`;
const ownerIndex = (tenant: string, owner: string): string => `o/${tenant}/${owner}`;

/** Null while the report is not carried out as far as read models are concerned. */
export async function resealedCounts(models: ReadModels, tenant: string, reportId: string): Promise<ResealedCounts | null> {
  const [row] = await models.get(RESEALED, [reportKey(tenant, reportId)]);
  return (row?.value as ResealedCounts | undefined) ?? null;
}
