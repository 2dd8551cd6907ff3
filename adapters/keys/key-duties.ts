import type { Clock, EventStore, Ids } from '../../commands/ports.js';
import { sleep } from '../clock.js';
import { compromise } from './compromise.js';
import { Follower } from './follower.js';
import type { Submit } from './ledger-voice.js';
import type { OpenKeys } from './open-keys.js';
import { Renewal } from './renewal.js';
import { rotator } from './rotator.js';

export interface KeyDutiesDeps extends OpenKeys {
  readonly log: EventStore;
  readonly submit: Submit;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly cryptoperiodDays: number;
  /** Makes the search index anew. */
  readonly rebuildIndex: () => Promise<void>;
  readonly onFault: (duty: string, fault: unknown) => void;
}

/** What is carried out on the keys because the log or the time says so, beside what is served. Erasures come before: `startErasures`. */
export function startKeyDuties(given: KeyDutiesDeps): { readonly stop: () => Promise<void> } {
  const { keyStore: store, log, submit, clock, ids, cryptoperiodDays, onFault } = given;
  const deps = { ...given, store };
  const followers = [rotator(deps), compromise(deps)].map((duty) => new Follower(duty, { log, store, sleep, onFault }));
  for (const follower of followers) follower.start();
  const renewal = new Renewal({ store, submit, clock, ids, cryptoperiodDays, onFault: (fault) => onFault('key-renewal', fault) });
  renewal.start();
  return {
    stop: async () => {
      renewal.stop();
      await Promise.all(followers.map((follower) => follower.stop()));
    },
  };
}
