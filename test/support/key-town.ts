import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type CompromiseDeps, compromise } from '../../adapters/keys/compromise.js';
import { StoredKeyDirectory } from '../../adapters/keys/directory.js';
import { type Duty, Follower } from '../../adapters/keys/follower.js';
import type { KeyStore } from '../../adapters/keys/key-store.js';
import { rotator } from '../../adapters/keys/rotator.js';
import { suspender } from '../../adapters/keys/suspender.js';
import { MemoryEventStore } from '../../adapters/memory/event-store.js';
import { MemoryKeyStore } from '../../adapters/memory/key-store.js';
import type { KeyRing } from '../../domain/rings.js';
import type { EventOf, EventType, LedgerEvent } from '../../schemas/catalogue.js';
import type { KeyLevel } from '../../schemas/phi/key-levels.js';
import { allergy, callerOf, Desk, person } from '../commands/desk.js';
import { MemoryRootKeys } from './root-keys.js';
import { TestVault } from './vault.js';

export const TENANTS = ['acme', 'north'] as const;
const PATIENTS_EACH = 2;
const CHANGES = ['add', 'setState', 'claim', 'rewrap', 'addKek', 'rewrapKek', 'setKekState', 'removeKek', 'keepCursor'] as const;

/** A process that is killed when so many more of its changes have taken effect. */
export class Doom {
  constructor(public left = Number.POSITIVE_INFINITY) {}

  /** The same object, whose changes count; `this` stays the object's own. */
  over<T extends object>(target: T, changes: readonly string[]): T {
    return new Proxy(target, {
      get: (_, name) => {
        const member = Reflect.get(target, name, target) as unknown;
        if (typeof member !== 'function') return member;
        return changes.includes(String(name)) ? this.counting(member.bind(target)) : member.bind(target);
      },
    });
  }

  counting<A extends unknown[], R>(change: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
    return async (...args) => {
      if (this.left <= 0) throw new Error('killed');
      const done = await change(...args);
      this.left -= 1;
      if (this.left <= 0) throw new Error('killed');
      return done;
    };
  }
}

/** Whether the work was broken off by a `Doom` before it was done; what else goes wrong is thrown. */
export function wasKilled(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => false,
    (fault: Error) => {
      if (fault.message !== 'killed') throw fault;
      return true;
    },
  );
}

/** Two tenants with patients, over stores in memory that outlive the processes which serve them. */
export class KeyTown {
  nowMs = Date.parse('2026-03-01T08:00:00.000Z');
  readonly log = new MemoryEventStore();
  readonly store = new MemoryKeyStore();
  readonly root = new MemoryRootKeys();
  readonly patients = new Map<string, string[]>();
  rebuilds = 0;
  readonly #folder = mkdtempSync(join(tmpdir(), 'key-town-'));
  readonly #desks: Desk[] = [];

  static async open(): Promise<KeyTown> {
    const town = new KeyTown();
    const { desk } = town.process();
    for (const tenant of TENANTS) {
      const ehr = await desk.source('ehr', tenant);
      const ids: string[] = [];
      for (let n = 0; n < PATIENTS_EACH; n++) {
        const { patientId } = await desk.done(ehr, 'register-patient', { sourceRecordId: `p${n}`, resource: person() });
        await desk.done(ehr, 'record-fact', { patientId, sourceRecordId: `a${n}`, resource: allergy() });
        ids.push(patientId);
      }
      await desk.keys.usedBy({ subject: 'ledger', purpose: 'SYSADMIN', reason: 'test' }).indexKeys(tenant);
      town.patients.set(tenant, ids);
    }
    town.tick();
    return town;
  }

  /** Nothing that was made before is of the same moment as what comes next. */
  tick(ms = 60_000): void {
    this.nowMs += ms;
    for (const desk of this.#desks) desk.nowMs = this.nowMs;
  }

  /** A process of the ledger: nothing in its memory, all stores as they stand. */
  process(doom = new Doom()) {
    const store: KeyStore = doom.over(this.store, CHANGES);
    const root = doom.over(this.root, ['rotate']);
    const vault = new TestVault(store, root, () => this.nowMs);
    const desk = new Desk(this.log, vault.keys, this.#folder, new StoredKeyDirectory(store, root));
    desk.nowMs = this.nowMs;
    this.#desks.push(desk);
    const rebuildIndex = doom.counting(async () => void (this.rebuilds += 1));
    const submit = doom.counting(desk.deps.submit);
    const deps: CompromiseDeps = { store, root, keks: vault.keks, keys: vault.keys, submit, rebuildIndex, onScheduled: async () => undefined, log: this.log };
    const duties = [suspender(deps), rotator(deps), compromise(deps)];
    return { desk, vault, deps, duties, work: () => this.#work(duties, store) };
  }

  /** Carries out what the log says, and what follows from it. */
  async #work(duties: readonly Duty[], store: KeyStore): Promise<void> {
    const onFault = (_: string, fault: unknown) => {
      throw fault;
    };
    for (let before: string | null = null, head = await this.log.head(); before !== head; [before, head] = [head, await this.log.head()])
      for (const duty of duties) await new Follower(duty, { log: this.log, store, sleep: async () => void (await setImmediate()), onFault }).catchUp();
  }

  async events<T extends EventType>(type: T, tenant?: string): Promise<EventOf<T>[]> {
    const { events } = await this.log.readAll({ after: null, limit: 10_000, types: [type] });
    return events.map(({ event }) => event as EventOf<T>).filter((event) => tenant === undefined || event.tenant === tenant);
  }

  async all(): Promise<LedgerEvent[]> {
    return (await this.log.readAll({ after: null, limit: 10_000 })).events.map(({ event }) => event);
  }

  rotate(desk: Desk, level: KeyLevel, patientId?: string) {
    return desk.done(officer, 'rotate-key', { level, ...(patientId === undefined ? {} : { patientId }) });
  }

  report(desk: Desk, level: KeyLevel, more: object = {}) {
    return desk.done(officer, 'report-key-compromise', { level, suspectedSince: '2026-02-01T00:00:00Z', description: 'a laptop is gone', ...more });
  }

  /** How many sealed parts of the log a fresh process opens; throws on the first that it cannot. */
  async readAllParts(): Promise<number> {
    const { vault } = this.process().vault;
    let opened = 0;
    for (const { tenant, stream, id, sealed } of await this.all()) {
      for (const part of sealed) {
        for (const owner of ['tenant', ...(this.patients.get(tenant) ?? [])]) {
          if (!(await this.store.secrets(tenant, owner)).some(({ keyId }) => keyId === part.keyId)) continue;
          const ring = owner === 'tenant' ? await vault.tenantRing(tenant) : await vault.patientRing(tenant, owner);
          await (ring as KeyRing).open(part, { stream, eventId: id });
          opened += 1;
        }
      }
    }
    return opened;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export const officer = callerOf('privacy-officer', 'officer-1', 'acme', 'HCOMPL');
