import { randomUUID } from 'node:crypto';
import { KeyUseLog } from '../../adapters/keys/use-log.js';
import { UseSpool } from '../../adapters/keys/use-spool.js';
import type { KeyUse } from '../../adapters/keys/uses.js';
import { MemoryEventStore } from '../../adapters/memory/event-store.js';
import type { AppendResult, ExpectedRevision } from '../../commands/ports.js';
import { LedgerFault } from '../../domain/rejections.js';
import type { EventOf, LedgerEvent } from '../../schemas/catalogue.js';
import { digest } from './events.js';

/** A log that may be down, and a process that may be killed when its append was stored and before it hears of it. */
export class FragileEventStore extends MemoryEventStore {
  down = false;
  deaf = false;
  /** Appends are given up while they are on their way, and arrive just before the next one. */
  slow = false;
  #onItsWay: (() => Promise<unknown>) | undefined;

  override async append(stream: string, expected: ExpectedRevision, events: readonly LedgerEvent[]): Promise<AppendResult> {
    if (this.down) throw new LedgerFault('store-unavailable');
    if (this.slow) {
      this.#onItsWay = () => super.append(stream, expected, events);
      throw new LedgerFault('outcome-unknown');
    }
    const arriving = this.#onItsWay;
    this.#onItsWay = undefined;
    await arriving?.();
    const result = await super.append(stream, expected, events);
    if (this.deaf) throw new LedgerFault('outcome-unknown');
    return result;
  }
}

export interface UseLogContext {
  readonly folder: string;
  readonly store: FragileEventStore;
  readonly faults: unknown[];
}

const clock = { now: () => '2026-03-01T08:00:00.000Z' };
export const useLog = ({ folder, store, faults }: UseLogContext) =>
  new KeyUseLog({ store, spool: new UseSpool(folder), clock, ids: { next: randomUUID }, digest, onFault: (fault) => faults.push(fault) });

export const useOf = (owner: string, more: Partial<KeyUse> = {}): KeyUse => ({
  tenant: 'north',
  owner,
  user: { subject: 'dr-1', purpose: 'TREAT', reason: 'read-record' },
  operation: 'open',
  scope: 'allergies',
  ...more,
});

export async function written({ store }: UseLogContext): Promise<EventOf<'keys-used'>[]> {
  return (await store.readAll({ after: null, limit: 10_000, types: ['keys-used'] })).events.map(({ event }) => event as EventOf<'keys-used'>);
}

/** How often whose keys were used, over the whole log. */
export async function counted(context: UseLogContext, tenant = 'north'): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const event of await written(context))
    if (event.tenant === tenant) for (const { of } of event.data.uses) for (const { owner, count } of of) counts[owner] = (counts[owner] ?? 0) + count;
  return counts;
}

/** The process is gone: what it had put down is in its files, and nothing more comes from it. */
export function kill(log: KeyUseLog): void {
  log.putDown();
}
