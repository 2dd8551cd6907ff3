import type { DesignationScope } from '../schemas/events/system-of-record-designated.js';
import { scopeName } from './authority/scope.js';

/**
 * A stream is what an auditor would ask to replay, and a consistency boundary. Names hold the tenant and a random or
 * administrative id, never anything of a person.
 */
export const streams = {
  patient: (tenant: string, patientId: string) => `${tenant}.patient-${patientId}`,
  source: (tenant: string, sourceId: string) => `${tenant}.source-${sourceId}`,
  /** One a tenant-wide scope; all scopes of one patient share one. No category is called `patient`. */
  designation: (tenant: string, scope: DesignationScope) =>
    scope.patientId === null ? `${tenant}.designation-${scopeName(scope)}` : `${tenant}.designation-patient.${scope.patientId}`,
  quarantine: (tenant: string, sourceId: string) => `${tenant}.quarantine-${sourceId}`,
  change: (tenant: string, changeId: string) => `${tenant}.change-${changeId}`,
  amendment: (tenant: string, amendmentId: string) => `${tenant}.amendment-${amendmentId}`,
  /** All merges and links of a tenant. */
  identities: (tenant: string) => `${tenant}.identities`,
  /** Legal holds, requests to erase the patient, the order and its certificate: under the tenant's keys, since it outlives the patient's. */
  erasure: (tenant: string, patientId: string) => `${tenant}.erasure-${patientId}`,
  /** Shared by all accesses that one running ledger serves; `writer` is a random id, so that it is the only writer. */
  accesses: (tenant: string, writer: string) => `${tenant}.access-${writer}`,
  /** Uses of keys, by the running ledger that used them. */
  keyUses: (tenant: string, writer: string) => `${tenant}.key-uses-${writer}`,
  /** What was decided about the tenant's keys, and what became of it. */
  keys: (tenant: string) => `${tenant}.keys`,
} as const;
