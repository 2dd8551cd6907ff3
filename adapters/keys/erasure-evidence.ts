import type { Keys } from '../../domain/rings.js';
import type { ReadModels } from '../../projections/ports.js';
import { hasRowsOf, MODELS_OF_PATIENTS, type ModelOfPatients } from '../../projections/rows-of-patient.js';
import type { EventOf } from '../../schemas/catalogue.js';
import type { Certificate } from '../../schemas/events/patient-erased.js';
import type { ModelProgress } from '../model-progress.js';
import { inputOwner, type KeyStore } from './key-store.js';
import { LEDGER_USER } from './ledger-voice.js';

export type Evidence = Certificate['evidence'][number];

export interface EvidenceDeps {
  readonly keyStore: KeyStore;
  readonly keys: Keys;
  readonly models: ReadModels;
  readonly progress: ModelProgress;
}

/** Who was ordered to be erased, and what of refused lines with them. */
export interface Erasing {
  readonly tenant: string;
  readonly patientId: string;
  readonly inputs: readonly string[];
  readonly orderPosition: string;
}

/** Of an order from before refused lines were looked at, none. */
export function inputsOf({ quarantine }: EventOf<'erasure-ordered'>['data']): readonly string[] {
  return quarantine === null ? [] : quarantine.inputs;
}

export interface Looked {
  readonly evidence: readonly Evidence[];
  /** Places where something is left, or which have not read as far as the order yet. */
  readonly missing: readonly string[];
}

/** Looks in every place that an erased patient could be found in. A read model is waited for as long as `waitMs`. */
export async function lookForRemains(deps: EvidenceDeps, erasing: Erasing, waitMs: number): Promise<Looked> {
  const looked = await Promise.all([
    inKeyStore(deps, erasing),
    inVault(deps, erasing),
    ...MODELS_OF_PATIENTS.map((model) => inModel(deps, model, erasing, waitMs)),
  ]);
  return {
    evidence: looked.filter((one) => typeof one !== 'string'),
    missing: looked.filter((one) => typeof one === 'string'),
  };
}

async function inKeyStore({ keyStore }: EvidenceDeps, { tenant, patientId, inputs }: Erasing): Promise<Evidence | string> {
  const store = 'key-store';
  let gone = true;
  for (const owner of [patientId, ...inputs.map(inputOwner)])
    gone &&= (await keyStore.secrets(tenant, owner)).length === 0 && (await keyStore.isErased(tenant, owner));
  return gone ? { store, finding: 'no-secret-left', through: null } : store;
}

/** Every opening of content begins with asking for the keys. */
async function inVault({ keys }: EvidenceDeps, { tenant, patientId }: Erasing): Promise<Evidence | string> {
  const store = 'vault';
  const ring = await keys.usedBy({ ...LEDGER_USER, reason: 'erase-patient' }).patientRing(tenant, patientId);
  return ring === undefined ? { store, finding: 'no-key-given', through: null } : store;
}

async function inModel({ models, progress }: EvidenceDeps, model: ModelOfPatients, erasing: Erasing, waitMs: number): Promise<Evidence | string> {
  const { tenant, patientId, orderPosition } = erasing;
  const store = `read-model-${model}`;
  if (!(await progress.reached(model, orderPosition, waitMs))) return store;
  const through = progress.through(model);
  return (await hasRowsOf(models, model, tenant, patientId)) ? store : { store, finding: 'nothing-left', through };
}
