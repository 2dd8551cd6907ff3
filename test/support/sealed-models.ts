import { ResealedParts, resealedCounts } from '../../adapters/keys/resealed-parts.js';
import { resealing } from '../../adapters/keys/resealing.js';
import { MemoryReadModels } from '../../adapters/memory/read-models.js';
import type { KeyRing } from '../../domain/rings.js';
import { amendmentsProjection } from '../../projections/amendments.js';
import { changesProjection } from '../../projections/changes.js';
import { directoryProjection } from '../../projections/directory.js';
import { recordProjection } from '../../projections/record.js';
import { runProjection } from '../../projections/run.js';
import type { LedgerEvent } from '../../schemas/catalogue.js';
import type { SealedPart } from '../../schemas/event.js';
import type { KeyLevel } from '../../schemas/phi/key-levels.js';
import { eventOf } from './events.js';
import { Doom, KeyTown } from './key-town.js';

/** Those that keep sealed parts of events. */
export const PROJECTIONS = [recordProjection, changesProjection, amendmentsProjection, directoryProjection];

/** A town, its read models, and whoever seals them anew. */
export class SealedModels {
  readonly models = new MemoryReadModels();
  readonly built: string[] = [];
  readonly stopping = new AbortController();
  onRebuild: (model: string) => Promise<void> = async () => undefined;

  private constructor(readonly town: KeyTown) {}

  static async open(): Promise<SealedModels> {
    const house = new SealedModels(await KeyTown.open());
    const [patientId] = house.patients;
    await house.#seal('system-of-record-designated', null, 'acme.authority', 'code text of a scope');
    await house.#seal('change-proposed', null, 'acme.change-1', 'what was proposed');
    await house.#seal('change-proposed', patientId as string, 'acme.change-2', 'what was proposed of somebody');
    for (const { name } of PROJECTIONS) await house.rebuild(name);
    house.built.length = 0;
    return house;
  }

  get patients(): readonly string[] {
    return this.town.patients.get('acme') ?? [];
  }

  /** An event with a part under the tenant's secret, or a patient's. */
  async #seal(type: 'system-of-record-designated' | 'change-proposed', patientId: string | null, stream: string, text: string): Promise<void> {
    const { vault } = this.town.process().vault;
    const ring = (patientId === null ? await vault.tenantRing('acme') : await vault.patientRing('acme', patientId)) as KeyRing;
    const event = type === 'change-proposed' ? eventOf(type, { stream, tenant: 'acme', data: { patientId } }) : eventOf(type, { stream, tenant: 'acme' });
    const part = await ring.seal({ stream, eventId: event.id, name: 'content', scope: type === 'change-proposed' ? 'change-control' : 'hiv' }, text);
    await this.town.log.append(stream, 'none', [{ ...event, sealed: [part] } as LedgerEvent]);
  }

  async rebuild(model: string): Promise<void> {
    await this.onRebuild(model);
    const generation = await this.models.begin(model);
    const projection = PROJECTIONS.find(({ name }) => name === model) as (typeof PROJECTIONS)[number];
    const sleep = async () => undefined;
    const deps = { store: this.town.log, models: this.models, owner: 'a', onProgress: () => undefined, nowMs: () => this.town.nowMs, sleep };
    await runProjection(deps, projection, generation, { signal: new AbortController().signal, untilCaughtUp: true });
    await this.models.activate(model, generation);
    this.built.push(model);
  }

  async report(level: KeyLevel, more: object = {}): Promise<void> {
    const { desk, work } = this.town.process();
    await this.town.report(desk, level, more);
    this.town.tick();
    await work();
  }

  /** As a process that was just started does it. */
  async work({ doom = new Doom(), owner = 'this process' } = {}): Promise<void> {
    const { vault } = this.town.process();
    const models = doom.over(this.models, ['save', 'activate']);
    const resealed = new ResealedParts(models, owner);
    const rebuild = doom.counting((model: string) => this.rebuild(model));
    const deps = { log: this.town.log, store: this.town.store, keys: vault.keys, models, resealed, rebuild, stopping: this.stopping.signal };
    const duty = resealing(deps);
    const { events, through } = await this.town.log.readAll({ after: await resealed.cursor(), limit: 10_000, types: duty.types });
    for (const recorded of events) await duty.handle(recorded);
    await resealed.keepCursor(duty.name, through as string);
  }

  async counts() {
    const reports = await this.town.events('key-compromise-reported', 'acme');
    return resealedCounts(this.models, 'acme', reports.at(-1)?.data.reportId as string);
  }

  /** All sealed parts of the read models, with the place that each opens at. */
  async parts(): Promise<{ part: SealedPart; stream: string; eventId: string }[]> {
    const found: { part: SealedPart; stream: string; eventId: string }[] = [];
    const walk = (value: unknown): void => {
      if (value === null || typeof value !== 'object') return;
      const { sealed, stream, eventId } = value as { sealed?: SealedPart | SealedPart[] | null; stream?: string; eventId?: string };
      if (sealed != null && stream !== undefined && eventId !== undefined) for (const part of [sealed].flat()) found.push({ part, stream, eventId });
      for (const member of Object.values(value)) walk(member);
    };
    for (const { name } of PROJECTIONS) for (const { value } of await this.models.byPrefix(name, '', { limit: 1000 })) walk(value);
    // A part stands in every row that its statement is filed under.
    return [...new Map(found.map((one) => [one.part.nonce, one])).values()];
  }

  /** How many of them lie under a compromised key; and what all of them say, opened by a process that was just started. */
  async look(): Promise<{ exposed: number; texts: string[] }> {
    const { vault } = this.town.process().vault;
    const texts: string[] = [];
    let exposed = 0;
    for (const { part, stream, eventId } of await this.parts()) {
      for (const tenant of ['acme', 'north'])
        for (const owner of ['tenant', ...(this.town.patients.get(tenant) ?? [])]) {
          const secret = (await this.town.store.secrets(tenant, owner)).find(({ keyId }) => keyId === part.keyId);
          if (secret === undefined) continue;
          if (secret.state === 'compromised') exposed += 1;
          const ring = (owner === 'tenant' ? await vault.tenantRing(tenant) : await vault.patientRing(tenant, owner)) as KeyRing;
          texts.push(await ring.open(part, { stream, eventId }));
        }
    }
    return { exposed, texts: texts.sort() };
  }
}
