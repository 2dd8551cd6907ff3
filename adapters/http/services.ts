import type { HandlerDeps } from '../../commands/handle.js';
import type { Clock, EventStore, Keys } from '../../commands/ports.js';
import type { Plan } from '../../domain/masking/plan.js';
import type { ReadModels } from '../../projections/ports.js';
import type { RecordReader } from '../../projections/reading/record-reader.js';
import type { OutboundPolicy } from '../../schemas/phi/outbound.js';
import type { Authenticator } from '../auth/authenticator.js';
import type { Config } from '../config.js';
import type { OpenKeys } from '../keys/open-keys.js';
import type { Metrics } from '../metrics.js';
import type { ModelProgress } from '../model-progress.js';
import type { PatientSearch } from '../search/patient-search.js';
import type { Intake } from './intake.js';

/** What routes are given. */
export interface Services {
  readonly handlerDeps: HandlerDeps;
  readonly store: EventStore;
  readonly models: ReadModels;
  readonly keys: Keys;
  readonly keyring: OpenKeys;
  readonly config: Pick<Config, 'cryptoperiodDays'>;
  readonly records: RecordReader;
  readonly search: PatientSearch;
  readonly progress: ModelProgress;
  readonly authenticator: Authenticator;
  readonly intake: Intake;
  readonly metrics: Metrics;
  /** Under which the record may be read masked. */
  readonly maskingPlans: readonly Plan[];
  /** What feeds are looked through for before they leave, by reader. */
  readonly outboundPolicies: readonly OutboundPolicy[];
  readonly clock: Clock;
  readonly rebuild: (model: string) => Promise<void>;
  /** Places where something of a patient whose erasure was ordered is left. */
  readonly erasureRemains: (tenant: string, patientId: string) => Promise<readonly string[]>;
  /** True once the ledger has begun to stop: it takes nothing new then. */
  readonly stopping: () => boolean;
  /** Aborts then too, for what would otherwise stay open. */
  readonly stopSignal: AbortSignal;
}
