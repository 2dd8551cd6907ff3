import { erasureDecider } from '../../domain/erasure/decide.js';
import { streams } from '../../domain/streams.js';
import { eraser } from './eraser.js';
import { type CertifierDeps, ErasureCertifier } from './erasure-certifier.js';
import { inputsOf, lookForRemains } from './erasure-evidence.js';
import { Follower } from './follower.js';
import { InputRetention } from './input-retention.js';
import type { KeyVault } from './vault.js';

export interface Erasures {
  /** Places where something of a patient whose erasure was ordered is left at this moment. */
  readonly remains: (tenant: string, patientId: string) => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
}

/**
 * Carries out orders to erase, and ends what is kept of refused lines. All that is due has been carried out when it resolves, so that a key store which was restored
 * from a backup opens nothing of anybody who was erased since: call it before anything else uses keys.
 */
export async function startErasures(
  deps: CertifierDeps & { readonly keys: KeyVault; readonly quarantineDays: number; readonly onDutyFault: (duty: string, fault: unknown) => void },
): Promise<Erasures> {
  const { log, keyStore: store, sleep, keys, states } = deps;
  const certifier = new ErasureCertifier(deps);
  const duty = eraser({ store, keys, onErased: () => certifier.wake() });
  const follower = new Follower(duty, { log, store, sleep, onFault: deps.onDutyFault });
  const retention = new InputRetention({ ...deps, onFault: deps.onDutyFault });
  await follower.catchUp();
  await retention.start();
  follower.start();
  certifier.start();
  return {
    remains: async (tenant, patientId) => {
      const { state, positions } = await states.load(erasureDecider, streams.erasure(tenant, patientId));
      if (state.order === null) return [];
      const { revision, data } = state.order;
      const erasing = { tenant, patientId, inputs: inputsOf(data), orderPosition: positions[revision] as string };
      return (await lookForRemains(deps, erasing, 0)).missing;
    },
    stop: async () => {
      await Promise.all([follower.stop(), certifier.stop(), retention.stop()]);
    },
  };
}
