import type { ChangeControl } from '../domain/change-control/protected.js';
import type { Units } from '../domain/identity/units.js';
import type { EventReader } from '../domain/log.js';
import type { AccessLog } from './access-log.js';
import type { AnyJob } from './execute.js';
import type { Identities } from './identities.js';
import type { CommandIntake } from './incoming.js';
import type { Clock, FactFinder, Ids, KeyDirectory, PatientIndex, Vault } from './ports.js';
import type { Outcome } from './request.js';
import type { States } from './states.js';

/** What command handlers are given. `submit` puts a decision into its stream's lane and answers when it is durable. */
export interface CommandDeps {
  readonly vault: Vault;
  readonly store: EventReader;
  readonly states: States;
  readonly identities: Identities;
  readonly patientIndex: PatientIndex;
  readonly accessLog: AccessLog;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly units: Units;
  readonly intake: CommandIntake;
  readonly facts: FactFinder;
  readonly keyDirectory: KeyDirectory;
  readonly changeControl: ChangeControl;
  /** IANA name of the zone in whose days the law's deadlines are counted. */
  readonly timeZone: string;
  /** How long a record has to be kept after what was last said in it. */
  readonly retentionYears: number;
  /** How long a refused line is kept. */
  readonly quarantineDays: number;
  readonly submit: (stream: string, job: AnyJob) => Promise<Outcome>;
}
