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
  /** Shared by all accesses that one running ledger serves; `writer` is a random id, so that it is the only writer. */
  accesses: (tenant: string, writer: string) => `${tenant}.access-${writer}`,
} as const;
