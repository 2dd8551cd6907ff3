import type { Clock, EventStore, Ids } from '../../commands/ports.js';
import type { ReadModels } from '../../projections/ports.js';
import { sleep } from '../clock.js';
import { Activation } from './activation.js';
import { compromise } from './compromise.js';
import { Follower } from './follower.js';
import type { Submit } from './ledger-voice.js';
import type { OpenKeys } from './open-keys.js';
import { Renewal } from './renewal.js';
import { ResealedParts } from './resealed-parts.js';
import { resealing } from './resealing.js';
import { rotator } from './rotator.js';
import { suspender } from './suspender.js';

export interface KeyDutiesDeps extends OpenKeys {
  readonly log: EventStore;
  readonly submit: Submit;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly cryptoperiodDays: number;
  /** Makes the search index anew. */
  readonly rebuildIndex: () => Promise<void>;
  readonly models: ReadModels;
  /** Builds a read model anew beside the running one, and switches. */
  readonly rebuild: (model: string) => Promise<void>;
  /** Names this process to the leases. */
  readonly owner: string;
  readonly onFault: (duty: string, fault: unknown) => void;
}

/**
 * What is carried out on the keys because the log or the time says so, beside what is served. What was suspended has been when it
 * resolves, also on a key store that was restored from a backup. Erasures come before: `startErasures`.
 */
export async function startKeyDuties(given: KeyDutiesDeps): Promise<{ readonly stop: () => Promise<void> }> {
  const { keyStore: store, log, submit, clock, ids, cryptoperiodDays, onFault } = given;
  const activation = new Activation({ store, log, submit, clock, ids, onFault: (fault) => onFault('key-activation', fault) });
  const deps = { ...given, store, onScheduled: () => activation.wake() };
  const suspensions = new Follower(suspender(deps), { log, store, sleep, onFault });
  await suspensions.catchUp();
  const followers = [suspensions, ...[rotator(deps), compromise(deps)].map((duty) => new Follower(duty, { log, store, sleep, onFault }))];
  const stopping = new AbortController();
  const resealed = new ResealedParts(given.models, given.owner);
  followers.push(new Follower(resealing({ ...deps, resealed, stopping: stopping.signal }), { log, store: resealed, sleep, onFault }));
  for (const follower of followers) follower.start();
  const renewal = new Renewal({ store, submit, clock, ids, cryptoperiodDays, onFault: (fault) => onFault('key-renewal', fault) });
  renewal.start();
  await activation.wake();
  return {
    stop: async () => {
      stopping.abort();
      renewal.stop();
      await Promise.all([activation.stop(), ...followers.map((follower) => follower.stop())]);
    },
  };
}
