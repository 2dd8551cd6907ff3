import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelFactFinder } from '../../adapters/fact-finder.js';
import { createFhirValidator } from '../../adapters/fhir/validate.js';
import { Intake } from '../../adapters/http/intake.js';
import { StoredKeyDirectory } from '../../adapters/keys/directory.js';
import { MemoryEventStore } from '../../adapters/memory/event-store.js';
import { MemoryReadModels } from '../../adapters/memory/read-models.js';
import { ModelProgress } from '../../adapters/model-progress.js';
import { ModelPatientIndex, patientIndexing } from '../../adapters/patient-index.js';
import { PatientSearch } from '../../adapters/search/patient-search.js';
import { phoneReader } from '../../adapters/search/phones.js';
import { ucumUnits } from '../../adapters/ucum/units.js';
import { AccessLog } from '../../commands/access-log.js';
import { type AnyJob, execute } from '../../commands/execute.js';
import { type HandlerDeps, handle, type IncomingCommand } from '../../commands/handle.js';
import { Identities } from '../../commands/identities.js';
import { Lanes } from '../../commands/lanes.js';
import type { EventStore, FactFinder, KeyDirectory, Keys, PatientIndex, Vault } from '../../commands/ports.js';
import type { Caller, Outcome, Receipt } from '../../commands/request.js';
import { SourceStandings } from '../../commands/speaker.js';
import { States } from '../../commands/states.js';
import { Turns } from '../../commands/turns.js';
import type { ChangeControl } from '../../domain/change-control/protected.js';
import type { JsonObject } from '../../domain/json/json-value.js';
import { parseLossless } from '../../domain/json/lossless.js';
import { accessesProjection } from '../../projections/accesses.js';
import { amendmentsProjection } from '../../projections/amendments.js';
import { changesProjection } from '../../projections/changes.js';
import { directoryProjection } from '../../projections/directory.js';
import type { Projection } from '../../projections/projection.js';
import { RecordReader } from '../../projections/reading/record-reader.js';
import { recordProjection } from '../../projections/record.js';
import { runProjection } from '../../projections/run.js';
import type { CommandName } from '../../schemas/command-catalogue.js';
import { TESTER, TestVault } from '../support/vault.js';

export const NOW = '2026-03-01T08:00:00.000Z';

let shared: Intake | undefined;
/** Made once, when first needed: most tests send their commands as already taken in. */
const intake = () => (shared ??= new Intake(createFhirValidator()));

/** The rest of what a command brings. */
export interface Sent {
  readonly key?: string;
  readonly expected?: number;
  /** Text of the resource, when it matters how it was written. */
  readonly written?: string;
}

/** One process of the ledger, without HTTP: the real write path and the real keys over stores in memory. */
export class Desk {
  nowMs = Date.parse(NOW);
  readonly models = new MemoryReadModels();
  readonly states: States;
  readonly accessLog: AccessLog;
  readonly records: RecordReader;
  readonly deps: HandlerDeps;
  readonly progress: ModelProgress;
  readonly search: PatientSearch;
  readonly units = ucumUnits();
  readonly ids = { next: () => randomUUID() };
  readonly clock = { now: () => new Date(this.nowMs).toISOString() };
  get vault(): Vault {
    return this.keys.usedBy(TESTER);
  }

  readonly digest = { sha256Hex: (text: string) => createHash('sha256').update(text).digest('hex') };

  constructor(
    readonly store: EventStore,
    readonly keys: Keys,
    private readonly folder: string,
    readonly keyDirectory: KeyDirectory,
    readonly changeControl: ChangeControl = 'one-person',
  ) {
    this.states = new States(store);
    this.accessLog = new AccessLog(this);
    this.records = new RecordReader(this.models, store);
    this.search = new PatientSearch({ models: this.models, store, phoneOf: phoneReader('US') });
    this.progress = new ModelProgress((left, right) => store.compare(left, right), Date.now);
    const lanes = new Lanes<AnyJob, Outcome>((stream, jobs) => execute(this, stream, jobs));
    this.deps = {
      keys,
      states: this.states,
      accessLog: this.accessLog,
      clock: this.clock,
      ids: this.ids,
      units: this.units,
      patientIndex: this.#index(),
      standings: new SourceStandings(() => this.nowMs),
      turns: new Turns(),
      store,
      identities: new Identities(() => this.nowMs),
      intake: { accept: (name, text, context) => intake().accept(name, text, context) },
      facts: this.#facts(),
      changeControl,
      timeZone: 'Europe/Berlin',
      retentionYears: 6,
      quarantineDays: 90,
      keyDirectory: this.keyDirectory,
      submit: (stream, job) => lanes.submit(stream, job),
    };
  }

  /** Another process on the same stores and keys. */
  another(store: EventStore = this.store): Desk {
    return new Desk(store, this.keys, this.folder, this.keyDirectory, this.changeControl);
  }

  /** Brings all read models up to what the log holds. */
  async project(): Promise<void> {
    const patients = patientIndexing(this.vault, phoneReader('US'), () => undefined);
    await this.#run(recordProjection);
    await this.#run(directoryProjection);
    await this.#run(accessesProjection);
    await this.#run(changesProjection);
    await this.#run(amendmentsProjection);
    await this.#run(patients.projection, patients.prepare);
  }

  async #run(projection: Projection, prepare: (page: never) => Promise<void> = async () => undefined): Promise<void> {
    const { name } = projection;
    const { active } = await this.models.generations(name);
    const generation = active ?? (await this.models.begin(name));
    if (active === null) await this.models.activate(name, generation);
    const deps = { store: this.store, models: this.models, owner: 'desk', prepare: prepare as never, nowMs: Date.now, sleep: async () => undefined };
    await runProjection({ ...deps, onProgress: (progress) => this.progress.report({ ...progress, building: false }) }, projection, generation, {
      signal: new AbortController().signal,
      untilCaughtUp: true,
    });
  }

  #facts(): FactFinder {
    const finder = new ModelFactFinder(this.models, this.store, this.progress);
    const find: FactFinder['find'] = async (tenant, patientId, factId) => {
      await this.project();
      return finder.find(tenant, patientId, factId);
    };
    return { find };
  }

  #index(): PatientIndex {
    const index = new ModelPatientIndex(this.search, this.store, this.progress);
    const catchUp = async () => {
      await this.project();
      await index.catchUp();
    };
    return { find: (...asked) => index.find(...asked), catchUp };
  }

  /** A command as it comes in after HTTP has read it. */
  command(caller: Caller, name: CommandName, body: Readonly<Record<string, unknown>>, { key, expected, written }: Sent = {}): IncomingCommand {
    const resource = body['resource'] as JsonObject | undefined;
    const text = written ?? JSON.stringify(resource);
    return {
      caller,
      name,
      body,
      text: JSON.stringify(body),
      idempotencyKey: key ?? null,
      expected: expected ?? null,
      correlationId: randomUUID(),
      approval: null,
      resource: resource === undefined ? null : { parsed: parseLossless(text) as JsonObject & { resourceType: string }, text },
    };
  }

  send(caller: Caller, name: CommandName, body: Readonly<Record<string, unknown>>, sent: Sent = {}): Promise<Outcome> {
    return handle(this.deps, this.command(caller, name, body, sent));
  }

  /** Sends what has to succeed. */
  async done(
    caller: Caller,
    name: CommandName,
    body: Readonly<Record<string, unknown>>,
    sent: Sent = {},
  ): Promise<{ receipt: Receipt; repeated: boolean; patientId: string }> {
    const outcome = await this.send(caller, name, body, sent);
    if (outcome.kind !== 'done') throw new Error(`refused: ${JSON.stringify(outcome)}`);
    return { ...outcome, patientId: outcome.patientId ?? '' };
  }

  async source(sourceId: string, tenant = 'acme'): Promise<Caller> {
    await this.done(callerOf('steward', 'steward-1', tenant), 'register-source', { sourceId, displayName: sourceId, kind: 'ehr' });
    return callerOf('source', sourceId, tenant);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function callerOf(role: string, subject: string, tenant = 'acme', purpose = 'TREAT'): Caller {
  return { tenant, actor: { subject, roles: [role], organization: null }, purpose };
}

export const steward = callerOf('steward', 'steward-1', 'acme', 'HOPERAT');

export async function openDesk(store: EventStore = new MemoryEventStore(), changeControl: ChangeControl = 'one-person'): Promise<Desk> {
  const folder = mkdtempSync(join(tmpdir(), 'desk-'));
  const { keys, store: keyStore, root } = new TestVault();
  return new Desk(store, keys, folder, new StoredKeyDirectory(keyStore, root), changeControl);
}

/** The refusal's code, or what happened instead. */
export function codeOf(outcome: Outcome): string {
  return outcome.kind === 'rejected' ? outcome.code : outcome.repeated ? 'repeated' : 'recorded';
}

export function person(more: object = {}) {
  return { resourceType: 'Patient', name: [{ family: 'Lovelace', given: ['Ada'] }], birthDate: '1960-12-10', ...more };
}

export function allergy(code = '91936005', more: object = {}) {
  return {
    resourceType: 'AllergyIntolerance',
    code: { coding: [{ system: 'http://snomed.info/sct', code }] },
    patient: { reference: 'Patient/1' },
    criticality: 'high',
    ...more,
  };
}

/** What a source had wrong about its allergy `a1`. */
export const correction = (patientId: string) => ({
  patientId,
  resource: allergy('91936005', { criticality: 'low' }),
  sourceRecordId: 'a1',
  source: 'ehr',
  reason: 'amended',
});
