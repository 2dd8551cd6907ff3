import type { AccessLog } from './access-log.js';
import type { AnyJob } from './execute.js';
import type { Clock, Ids, PatientIndex, Vault } from './ports.js';
import type { Outcome } from './request.js';
import type { States } from './states.js';

/** What command handlers are given. `submit` puts a decision into its stream's lane and answers when it is durable. */
export interface CommandDeps {
  readonly vault: Vault;
  readonly states: States;
  readonly patientIndex: PatientIndex;
  readonly accessLog: AccessLog;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly submit: (stream: string, job: AnyJob) => Promise<Outcome>;
}
