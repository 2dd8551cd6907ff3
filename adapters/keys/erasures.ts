import { erasureDecider } from '../../domain/erasure/decide.js';
import { streams } from '../../domain/streams.js';
import { eraser } from './eraser.js';
import { type CertifierDeps, ErasureCertifier } from './erasure-certifier.js';
import { lookForRemains } from './erasure-evidence.js';
import { Follower } from './follower.js';
import type { KeyVault } from './vault.js';

export interface Erasures {
  /** Places where something of a patient whose erasure was ordered is left at this moment. */
  readonly remains: (tenant: string, patientId: string) => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
}

/**
 * Carries out orders to erase. All that the log holds have been carried out when it resolves, so that a key store which was restored
 * from a backup opens nothing of anybody who was erased since: call it before anything else uses keys.
 */
export async function startErasures(
  deps: CertifierDeps & { readonly keys: KeyVault; readonly onDutyFault: (duty: string, fault: unknown) => void },
): Promise<Erasures> {
  const { log, keyStore: store, sleep, keys, states } = deps;
  const certifier = new ErasureCertifier(deps);
  const duty = eraser({ store, keys, onErased: () => certifier.wake() });
  const follower = new Follower(duty, { log, store, sleep, onFault: deps.onDutyFault });
  await follower.catchUp();
  follower.start();
  certifier.start();
  return {
    remains: async (tenant, patientId) => {
      const { state, positions } = await states.load(erasureDecider, streams.erasure(tenant, patientId));
      const position = state.order === null ? undefined : positions[state.order.revision];
      return position === undefined ? [] : (await lookForRemains(deps, tenant, patientId, position, 0)).missing;
    },
    stop: async () => {
      await Promise.all([follower.stop(), certifier.stop()]);
    },
  };
}
