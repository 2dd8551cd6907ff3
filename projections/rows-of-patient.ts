import type { ChangeRow } from '../schemas/read-models/change.js';
import { amendmentPrefix } from './amendments.js';
import { lineagesOf, type MemberRow, memberKey, pairsOf, versionsOf } from './candidates-rows.js';
import { patientChangesIndex } from './changes.js';
import { patientDesignationPrefix } from './directory.js';
import { type GroupRow, groupKey } from './groups.js';
import { type PatientRow, patientKey } from './patients.js';
import type { ReadModels, Row } from './ports.js';
import { factPrefix, memberIndex } from './record.js';
import { patientAuthorityKey } from './resolutions/authority.js';
import { patientConflictIndex, toldIndex } from './resolutions/rows.js';

/** Where in a read model rows of a patient stand, and which of these are no more than the mark that there were some. */
interface Whereabouts {
  readonly keys?: readonly string[];
  readonly prefixes?: readonly string[];
  readonly index?: readonly string[];
  readonly isMark?: (row: Row) => boolean;
}

const WHERE = {
  record: (tenant, patientId) => ({
    keys: [groupKey(tenant, patientId)],
    prefixes: [factPrefix(tenant, patientId)],
    index: [memberIndex(tenant, patientId)],
    isMark: ({ value }) => (value as GroupRow).erased === true,
  }),
  resolutions: (tenant, patientId) => ({
    keys: [groupKey(tenant, patientId), patientAuthorityKey(tenant, patientId)],
    prefixes: [factPrefix(tenant, patientId)],
    index: [memberIndex(tenant, patientId), patientConflictIndex(tenant, patientId), toldIndex(tenant, patientId)],
    isMark: ({ value }) => (value as GroupRow).erased === true,
  }),
  directory: (tenant, patientId) => ({ prefixes: [patientDesignationPrefix(tenant, patientId)] }),
  // Who decided what stays; what they wrote does not.
  changes: (tenant, patientId) => ({ index: [patientChangesIndex(tenant, patientId)], isMark: ({ value }) => (value as ChangeRow).body === null }),
  amendments: (tenant, patientId) => ({ prefixes: [amendmentPrefix(tenant, patientId)] }),
  patients: (tenant, patientId) => ({ keys: [patientKey(tenant, patientId)], isMark: ({ value }) => (value as PatientRow).erased === true }),
  candidates: (tenant, patientId) => ({
    keys: [memberKey(tenant, patientId)],
    index: [lineagesOf(tenant, patientId), versionsOf(tenant, patientId), pairsOf(tenant, patientId)],
    isMark: ({ value }) => (value as MemberRow).erased === true,
  }),
} satisfies Readonly<Record<string, (tenant: string, patientId: string) => Whereabouts>>;
export type ModelOfPatients = keyof typeof WHERE;

/** Every read model that holds anything of patients but who had access to them, which is kept. */
export const MODELS_OF_PATIENTS = Object.keys(WHERE) as readonly ModelOfPatients[];

/** Marks of changes stand among their rows: so many are looked through. */
const LOOKED_AT_MOST = 1000;

/** Whether anything of the patient is left in the model. */
export async function hasRowsOf(models: ReadModels, model: ModelOfPatients, tenant: string, patientId: string): Promise<boolean> {
  const { keys = [], prefixes = [], index = [], isMark = () => false }: Whereabouts = WHERE[model](tenant, patientId);
  const found: (Row | undefined)[] = [...(await models.get(model, keys))];
  for (const prefix of prefixes) found.push(...(await models.byPrefix(model, prefix, { limit: 1 })));
  for (const value of index) found.push(...(await models.byIndex(model, value, { limit: LOOKED_AT_MOST })));
  return found.some((row) => row !== undefined && !isMark(row));
}
