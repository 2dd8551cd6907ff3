import { createHash, randomUUID } from 'node:crypto';
import { asFunction, asValue, createContainer, InjectionMode } from 'awilix';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { AccessLog } from '../commands/access-log.js';
import { type AnyJob, execute } from '../commands/execute.js';
import type { HandlerDeps } from '../commands/handle.js';
import { Identities } from '../commands/identities.js';
import { Lanes } from '../commands/lanes.js';
import type { Clock, Digest, EventStore, Ids, Vault } from '../commands/ports.js';
import type { Outcome } from '../commands/request.js';
import { SourceStandings } from '../commands/speaker.js';
import { States } from '../commands/states.js';
import { Turns } from '../commands/turns.js';
import type { Units } from '../domain/identity/units.js';
import { LedgerFault } from '../domain/rejections.js';
import { Keeper } from '../projections/keeper.js';
import type { ReadModels } from '../projections/ports.js';
import type { Projection } from '../projections/projection.js';
import { RecordReader } from '../projections/reading/record-reader.js';
import type { Recorded } from '../schemas/catalogue.js';
import { Authenticator } from './auth/authenticator.js';
import { DevelopmentIssuer } from './auth/development-issuer.js';
import { sleep, systemClock } from './clock.js';
import type { Config } from './config.js';
import { takeDataDir } from './embedded/data-dir.js';
import { ModelFactFinder } from './fact-finder.js';
import { createFhirValidator } from './fhir/validate.js';
import { createApp } from './http/app.js';
import { Intake } from './http/intake.js';
import type { Services } from './http/services.js';
import { createLog } from './log.js';
import { candidateIndexing } from './matching/candidate-indexing.js';
import { Metrics } from './metrics.js';
import { ModelProgress } from './model-progress.js';
import { ModelPatientIndex, patientIndexing } from './patient-index.js';
import { ProjectionHost } from './projection-host.js';
import { openEventStore, openKeyStore, openReadModels } from './stores.js';
import { ucumUnits } from './ucum/units.js';
import { openKeyFile } from './webcrypto/key-file.js';
import { WrappedVault } from './webcrypto/vault.js';

const HANG_UP_EVERY_MS = 50;

/** Everything that the process is made of, by name. */
interface Parts {
  config: Config;
  log: Logger;
  metrics: Metrics;
  clock: Clock;
  ids: Ids;
  units: Units;
  digest: Digest;
  store: EventStore;
  models: ReadModels;
  vault: Vault;
  progress: ModelProgress;
  authenticator: Authenticator;
  states: States;
  accessLog: AccessLog;
  lanes: Lanes<AnyJob, Outcome>;
  handlerDeps: HandlerDeps;
  records: RecordReader;
  intake: Intake;
}

export interface Ledger {
  readonly app: FastifyInstance;
  readonly services: Services;
  readonly issuer: DevelopmentIssuer;
  readonly log: Logger;
  /** Takes nothing new, finishes what it took, closes the stores. */
  readonly stop: () => Promise<void>;
}

/** Builds the ledger: opens the stores, starts the projections, makes the HTTP app. Whatever was opened is closed when a later step fails. */
export async function openLedger(config: Config, log: Logger = createLog(config.logLevel)): Promise<Ledger> {
  const opened: (() => Promise<void> | void)[] = [];
  const closeAll = async () => {
    for (const close of opened.reverse().splice(0)) await close();
  };
  try {
    return await assemble(config, log, opened, closeAll);
  } catch (fault) {
    await closeAll();
    throw fault;
  }
}

async function assemble(config: Config, log: Logger, opened: (() => Promise<void> | void)[], closeAll: () => Promise<void>): Promise<Ledger> {
  const dataDir = takeDataDir(config.dataDir);
  opened.push(() => dataDir.release());
  const metrics = new Metrics();
  const { store, shared, waiting } = await openEventStore(config, (size) => metrics.commits.observe(size));
  opened.push(() => store.close());
  const modelsVersion = new SharedArrayBuffer(4);
  const models = await openReadModels(config, modelsVersion);
  opened.push(() => models.close());
  const keyStore = await openKeyStore(config);
  opened.push(() => keyStore.close());
  const vault = new WrappedVault(keyStore, await openKeyFile(config.keyFile), Date.now);
  const issuer = await DevelopmentIssuer.open(config.issuerFile);
  const progress = new ModelProgress((left, right) => store.compare(left, right), Date.now);
  const parts = register({ config, log, metrics, store, models, vault, progress, authenticator: await Authenticator.of(issuer, Date.now) });
  const onFault = (model: string, code: string, why: string) => log.error({ model, code, why }, 'a projection stopped and is tried again');
  const owner = randomUUID();
  const host = new ProjectionHost({ config, shared: { events: shared, modelsVersion }, owner }, progress, onFault);
  opened.push(() => host.stop());
  const patients = keeperWithKeys(parts, patientIndexing(parts.vault), owner, onFault);
  await patients.start();
  opened.push(() => patients.stop());
  const candidates = keeperWithKeys(parts, candidateIndexing(parts.vault), owner, onFault);
  await candidates.start();
  opened.push(() => candidates.stop());
  const stopping = new AbortController();
  const services: Services = {
    ...parts,
    rebuild: (model) => (model === 'patients' ? patients.rebuild() : model === 'candidates' ? candidates.rebuild() : host.rebuild(model)),
    stopping: () => stopping.signal.aborted,
    stopSignal: stopping.signal,
  };
  watch(services, parts, waiting);
  const app = await createApp(services, log);
  const stop = async () => {
    stopping.abort();
    // Connections that were busy when the stop began stay open when they fall idle, and would hold it up.
    const hangUp = setInterval(() => app.server.closeIdleConnections(), HANG_UP_EVERY_MS);
    await app.close().finally(() => clearInterval(hangUp));
    await closeAll();
  };
  return { app, services, issuer, log, stop };
}

/** The one place where parts meet. Singletons all; handlers get what they need as arguments and never see the container. */
function register(given: Pick<Parts, 'config' | 'log' | 'metrics' | 'store' | 'models' | 'vault' | 'progress' | 'authenticator'>): Parts {
  const container = createContainer<Parts>({ injectionMode: InjectionMode.PROXY, strict: true });
  for (const [name, part] of Object.entries(given)) container.register({ [name]: asValue(part) });
  container.register({
    clock: asFunction(() => systemClock()).singleton(),
    ids: asValue({ next: () => randomUUID() }),
    units: asFunction(() => ucumUnits()).singleton(),
    digest: asValue({ sha256Hex: (text: string) => createHash('sha256').update(text).digest('hex') }),
    states: asFunction(({ store }: Parts) => new States(store)).singleton(),
    accessLog: asFunction((parts: Parts) => new AccessLog(parts)).singleton(),
    lanes: asFunction((parts: Parts) => new Lanes<AnyJob, Outcome>((stream, jobs) => execute(parts, stream, jobs))).singleton(),
    handlerDeps: asFunction(({ config, vault, states, accessLog, clock, ids, units, lanes, models, store, progress, intake }: Parts) => ({
      vault,
      states,
      accessLog,
      clock,
      ids,
      units,
      patientIndex: new ModelPatientIndex(models, store, progress),
      standings: new SourceStandings(Date.now),
      turns: new Turns(),
      intake,
      facts: new ModelFactFinder(models, store, progress),
      changeControl: config.changeControl,
      timeZone: config.timeZone,
      store,
      identities: new Identities(Date.now),
      submit: (stream: string, job: AnyJob) => lanes.submit(stream, job),
    })).singleton(),
    records: asFunction(({ models, store }: Parts) => new RecordReader(models, store)).singleton(),
    intake: asFunction(() => new Intake(createFhirValidator())).singleton(),
  });
  return Object.fromEntries(Object.keys(container.registrations).map((name) => [name, container.resolve(name)])) as unknown as Parts;
}

/** A model of what is sealed: it runs in this process, where the keys are. */
function keeperWithKeys(
  parts: Parts,
  { projection, ...work }: { projection: Projection; prepare: (page: readonly Recorded[]) => Promise<void>; pageEvents?: number },
  owner: string,
  onFault: (model: string, code: string, why: string) => void,
): Keeper {
  return new Keeper(
    {
      store: parts.store,
      models: parts.models,
      owner,
      ...work,
      nowMs: Date.now,
      sleep,
      onProgress: (progress) => parts.progress.report(progress),
      onFault: (model, fault) => {
        const code = fault instanceof LedgerFault ? fault.code : 'internal';
        parts.progress.fault(model, code);
        onFault(model, code, fault instanceof LedgerFault ? fault.message : 'unexpected');
      },
    },
    projection,
  );
}

function watch({ metrics, progress, store, handlerDeps }: Services, { lanes }: Parts, waiting: () => number): void {
  metrics.gauge('ledger_queue_depth', 'What waits, by queue.', ['queue'], (set) => {
    set(lanes.waiting, { queue: 'commands' });
    set(handlerDeps.accessLog.waiting, { queue: 'accesses' });
    set(waiting(), { queue: 'commits' });
  });
  metrics.gauge('ledger_projection_events', 'Events applied, by read model.', ['model'], (set) => {
    for (const { model, events } of progress.all()) set(events, { model });
  });
  metrics.gauge('ledger_projection_lag_events', 'Events of the log that a read model has not looked at, where positions are dense.', ['model'], async (set) => {
    const head = await store.head();
    const end = head === null ? null : store.logIndex(head);
    for (const { model, through } of progress.all()) {
      const at = through === null ? -1 : store.logIndex(through);
      if (at !== null && end !== null) set(Math.max(0, end - at), { model });
    }
  });
}
