import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { asFunction, asValue, createContainer, InjectionMode } from 'awilix';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { AccessLog } from '../commands/access-log.js';
import { type AnyJob, execute } from '../commands/execute.js';
import type { HandlerDeps } from '../commands/handle.js';
import { Identities } from '../commands/identities.js';
import { Lanes } from '../commands/lanes.js';
import type { Clock, Digest, EventStore, Ids } from '../commands/ports.js';
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
import { type Erasures, startErasures } from './keys/erasures.js';
import { startKeyDuties } from './keys/key-duties.js';
import { LEDGER_USER } from './keys/ledger-voice.js';
import { notingStore } from './keys/noting-store.js';
import { type OpenKeys, openKeys } from './keys/open-keys.js';
import { DamagedSegment } from './keys/use-spool.js';
import type { KeyVault } from './keys/vault.js';
import { createLog } from './log.js';
import { MASKING_POLICIES, plansFrom } from './masking/policies-file.js';
import { candidateIndexing } from './matching/candidate-indexing.js';
import { Metrics } from './metrics.js';
import { ModelProgress } from './model-progress.js';
import type { OnUnreadable } from './opened-or-told.js';
import { ModelPatientIndex, patientIndexing } from './patient-index.js';
import { ProjectionHost } from './projection-host.js';
import { OUTBOUND_POLICIES, outboundPoliciesFrom } from './scanning/outbound-file.js';
import { PatientSearch } from './search/patient-search.js';
import { phoneReader } from './search/phones.js';
import { openEventStore, openReadModels } from './stores.js';
import { ucumUnits } from './ucum/units.js';

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
  keys: KeyVault;
  keyring: OpenKeys;
  search: PatientSearch;
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
  const tools = { clock: systemClock(), ids: { next: () => randomUUID() }, digest: { sha256Hex } };
  const onKeyFault = (fault: unknown) => {
    if (fault instanceof DamagedSegment)
      log.error({ segment: fault.segment, lines: fault.damagedLines }, 'uses of keys could not be read, and are not in the log');
    else log.error({ code: fault instanceof LedgerFault ? fault.code : 'internal' }, 'uses of keys wait in their file');
  };
  const onProvider = (state: string, reason: string | null) => log.warn({ provider: config.root.provider, state, reason }, 'the provider of root keys');
  const keyring = await openKeys(config, { store, ...tools, onFault: onKeyFault, onProvider }, opened);
  const { keys } = keyring;
  const issuer = await DevelopmentIssuer.open(config.issuerFile);
  const progress = new ModelProgress((left, right) => store.compare(left, right), Date.now);
  const noting = notingStore(store, () => keyring.keyUses.putDown());
  const parts = register({
    config,
    log,
    metrics,
    store: noting,
    models,
    keys,
    keyring,
    progress,
    ...tools,
    authenticator: await Authenticator.of(issuer, Date.now),
  });
  const onFault = (model: string, code: string, why: string) => log.error({ model, code, why }, 'a projection stopped and is tried again');
  const owner = randomUUID();
  const erasures = await openErasures(parts, onFault);
  opened.push(() => erasures.stop());
  const host = new ProjectionHost({ config, shared: { events: shared, modelsVersion }, owner }, progress, onFault);
  opened.push(() => host.stop());
  const withoutContent =
    (model: string): OnUnreadable =>
    (eventId, code) => {
      metrics.unreadable.inc({ code });
      log.error({ model, eventId, code }, 'indexed without content that cannot be opened');
    };
  const patients = keeperWithKeys(
    parts,
    patientIndexing(keys.usedBy({ ...LEDGER_USER, reason: 'patients-index' }), phoneReader(config.country), withoutContent('patients')),
    owner,
    onFault,
  );
  await patients.start();
  opened.push(() => patients.stop());
  const indexing = candidateIndexing(keys.usedBy({ ...LEDGER_USER, reason: 'candidates-index' }), withoutContent('candidates'));
  const candidates = keeperWithKeys(parts, indexing, owner, onFault);
  await candidates.start();
  opened.push(() => candidates.stop());
  const duties = await startKeyDuties({
    ...{ ...keyring, log: noting, submit: parts.handlerDeps.submit, cryptoperiodDays: config.cryptoperiodDays, ...tools },
    rebuildIndex: () => patients.rebuild(),
    ...{ models, owner, rebuild: (model: string) => host.rebuild(model) },
    onFault: (duty, fault) => onFault(duty, fault instanceof LedgerFault ? fault.code : 'internal', 'what the log says of keys is not carried out yet'),
  });
  opened.push(() => duties.stop());
  const stopping = new AbortController();
  const services: Services = {
    ...parts,
    rebuild: (model) => (model === 'patients' ? patients.rebuild() : model === 'candidates' ? candidates.rebuild() : host.rebuild(model)),
    erasureRemains: erasures.remains,
    maskingPlans: plansFrom(join(config.dataDir, MASKING_POLICIES)),
    outboundPolicies: outboundPoliciesFrom(join(config.dataDir, OUTBOUND_POLICIES)),
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
function register(
  given: Pick<Parts, 'config' | 'log' | 'metrics' | 'clock' | 'ids' | 'digest' | 'store' | 'models' | 'keys' | 'keyring' | 'progress' | 'authenticator'>,
): Parts {
  const container = createContainer<Parts>({ injectionMode: InjectionMode.PROXY, strict: true });
  for (const [name, part] of Object.entries(given)) container.register({ [name]: asValue(part) });
  container.register({
    units: asFunction(() => ucumUnits()).singleton(),
    search: asFunction(({ config, models, store }: Parts) => new PatientSearch({ models, store, phoneOf: phoneReader(config.country) })).singleton(),
    states: asFunction(({ store }: Parts) => new States(store)).singleton(),
    accessLog: asFunction((parts: Parts) => new AccessLog(parts)).singleton(),
    lanes: asFunction((parts: Parts) => new Lanes<AnyJob, Outcome>((stream, jobs) => execute(parts, stream, jobs))).singleton(),
    handlerDeps: asFunction(({ config, keys, keyring, states, accessLog, clock, ids, units, lanes, models, search, store, progress, intake }: Parts) => ({
      keys,
      keyDirectory: keyring.keyDirectory,
      states,
      accessLog,
      clock,
      ids,
      units,
      patientIndex: new ModelPatientIndex(search, store, progress),
      standings: new SourceStandings(Date.now),
      turns: new Turns(),
      intake,
      facts: new ModelFactFinder(models, store, progress),
      changeControl: config.changeControl,
      timeZone: config.timeZone,
      retentionYears: config.retentionYears,
      quarantineDays: config.quarantineDays,
      store,
      identities: new Identities(Date.now),
      submit: (stream: string, job: AnyJob) => lanes.submit(stream, job),
    })).singleton(),
    records: asFunction(({ models, store }: Parts) => new RecordReader(models, store)).singleton(),
    intake: asFunction(() => new Intake(createFhirValidator())).singleton(),
  });
  return Object.fromEntries(Object.keys(container.registrations).map((name) => [name, container.resolve(name)])) as unknown as Parts;
}

/** Before anything else uses keys: what was erased since the key store's backup is erased again. */
function openErasures(
  { keyring, config, keys, models, progress, store, states, clock, handlerDeps, log }: Parts,
  onFault: (name: string, code: string, why: string) => void,
): Promise<Erasures> {
  const faulty = (name: string, fault: unknown) => onFault(name, fault instanceof LedgerFault ? fault.code : 'internal', 'an erasure is not carried out yet');
  return startErasures({
    ...{ keys, models, progress, states, clock, sleep, log: store, keyStore: keyring.keyStore, keyBackupDays: config.keyBackupDays },
    quarantineDays: config.quarantineDays,
    submit: handlerDeps.submit,
    onDutyFault: faulty,
    onFault: (fault) => faulty('erasure-certificates', fault),
    onMissing: (orderId, missing) => log.warn({ orderId, missing }, 'an erasure waits for its certificate'),
  });
}

const sha256Hex = (text: string) => createHash('sha256').update(text).digest('hex');

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

function watch({ metrics, progress, store, handlerDeps, keyring }: Services, { lanes }: Parts, waiting: () => number): void {
  metrics.gauge('ledger_key_provider_up', 'Whether the provider of root keys wraps and unwraps.', ['provider'], (set) => {
    const { provider, state } = keyring.keyHealth.report;
    set(state === 'up' ? 1 : 0, { provider });
  });
  metrics.gauge('ledger_keys_due', 'Keys in use whose time is over, or will be within 30 days.', ['standing'], (set) => {
    const { expired, expiring } = keyring.keyHealth.report;
    set(expired, { standing: 'expired' });
    set(expiring, { standing: 'expiring' });
  });
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
