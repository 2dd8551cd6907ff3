import type { Keys } from '../../domain/rings.js';
import type { ReadModels } from '../../projections/ports.js';
import { hasRowsOf, MODELS_OF_PATIENTS } from '../../projections/rows-of-patient.js';
import type { Certificate } from '../../schemas/events/patient-erased.js';
import type { ModelProgress } from '../model-progress.js';
import type { KeyStore } from './key-store.js';
import { LEDGER_USER } from './ledger-voice.js';

export type Evidence = Certificate['evidence'][number];

export interface EvidenceDeps {
  readonly keyStore: KeyStore;
  readonly keys: Keys;
  readonly models: ReadModels;
  readonly progress: ModelProgress;
}

export interface Looked {
  readonly evidence: readonly Evidence[];
  /** Places where something is left, or which have not read as far as the order yet. */
  readonly missing: readonly string[];
}

/** Looks in every place that an erased patient could be found in. A read model is waited for as long as `waitMs`. */
export async function lookForRemains(deps: EvidenceDeps, tenant: string, patientId: string, orderPosition: string, waitMs: number): Promise<Looked> {
  const looked = await Promise.all([
    inKeyStore(deps, tenant, patientId),
    inVault(deps, tenant, patientId),
    ...MODELS_OF_PATIENTS.map((model) => inModel(deps, model, tenant, patientId, orderPosition, waitMs)),
  ]);
  return {
    evidence: looked.filter((one) => typeof one !== 'string'),
    missing: looked.filter((one) => typeof one === 'string'),
  };
}

async function inKeyStore({ keyStore }: EvidenceDeps, tenant: string, patientId: string): Promise<Evidence | string> {
  const store = 'key-store';
  const gone = (await keyStore.secrets(tenant, patientId)).length === 0 && (await keyStore.isErased(tenant, patientId));
  return gone ? { store, finding: 'no-secret-left', through: null } : store;
}

/** Every opening of content begins with asking for the keys. */
async function inVault({ keys }: EvidenceDeps, tenant: string, patientId: string): Promise<Evidence | string> {
  const store = 'vault';
  const ring = await keys.usedBy({ ...LEDGER_USER, reason: 'erase-patient' }).patientRing(tenant, patientId);
  return ring === undefined ? { store, finding: 'no-key-given', through: null } : store;
}

async function inModel(
  { models, progress }: EvidenceDeps,
  model: string,
  tenant: string,
  patientId: string,
  orderPosition: string,
  waitMs: number,
): Promise<Evidence | string> {
  const store = `read-model-${model}`;
  if (!(await progress.reached(model, orderPosition, waitMs))) return store;
  const through = progress.through(model);
  return (await hasRowsOf(models, model, tenant, patientId)) ? store : { store, finding: 'nothing-left', through };
}
