import type { DesignationScope } from '../schemas/events/system-of-record-designated.js';
import { scopeName } from './authority/decide.js';

/**
 * A stream is what an auditor would ask to replay, and a consistency boundary. Names hold the tenant and a random or
 * administrative id, never anything of a person.
 */
export const streams = {
  patient: (tenant: string, patientId: string) => `${tenant}.patient-${patientId}`,
  source: (tenant: string, sourceId: string) => `${tenant}.source-${sourceId}`,
  designation: (tenant: string, scope: DesignationScope) => `${tenant}.designation-${scopeName(scope)}`,
  quarantine: (tenant: string, sourceId: string) => `${tenant}.quarantine-${sourceId}`,
  /** Shared by all accesses that one running ledger serves; `writer` is a random id, so that it is the only writer. */
  accesses: (tenant: string, writer: string) => `${tenant}.access-${writer}`,
} as const;
