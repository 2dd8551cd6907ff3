import type { EventOf } from '../../schemas/catalogue.js';
import { scopesHeld } from './scopes.js';

/** What a token may be for. Anything not listed for a role is refused. */
export const ROLES = ['source', 'clinician', 'steward', 'privacy-officer', 'patient', 'consumer', 'auditor', 'operator'] as const;
export type Role = (typeof ROLES)[number];

export type Action = EventOf<'access-recorded'>['data']['action'];

/** The rule that each decision names in the audit, with its version. */
export const PERMISSION_RULE = 'role-permissions@3';

/** Purposes of use (HL7 v3 PurposeOfUse) that a token of this role may carry to read a record. */
const READING: Readonly<Record<Role, { readonly actions: readonly Action[]; readonly purposes: readonly string[] }>> = {
  source: { actions: ['find-patient'], purposes: ['TREAT', 'HOPERAT', 'HPAYMT', 'SYSADMIN'] },
  clinician: {
    actions: ['read-record', 'read-history', 'read-lineage', 'read-conflicts', 'find-patient'],
    purposes: ['TREAT', 'ETREAT', 'BTG', 'CAREMGT', 'COORDIN'],
  },
  steward: {
    actions: ['read-record', 'read-history', 'read-lineage', 'read-conflicts', 'find-patient', 'read-quarantine'],
    purposes: ['HOPERAT', 'HQUALIMP', 'DATAMGT', 'RECORDMGT'],
  },
  'privacy-officer': {
    actions: ['read-record', 'read-history', 'read-lineage', 'read-conflicts', 'read-accesses', 'find-patient', 'read-quarantine'],
    purposes: ['HOPERAT', 'HCOMPL', 'LEGAL', 'RECORDMGT'],
  },
  patient: { actions: ['read-record', 'read-history', 'read-lineage', 'read-accesses'], purposes: ['PATRQT'] },
  // Research and public health get masked reads, which have a rule of their own: a feed says whose facts it tells.
  consumer: { actions: ['read-feed'], purposes: ['TREAT', 'HOPERAT', 'CAREMGT', 'COORDIN'] },
  auditor: { actions: ['read-history', 'read-lineage', 'read-accesses', 'replay', 'read-quarantine'], purposes: ['HCOMPL', 'LEGAL', 'HOPERAT'] },
  operator: { actions: ['operate'], purposes: ['SYSADMIN', 'HOPERAT'] },
};

/** Who may send which command. Sources speak only for themselves; stewards govern. */
const COMMANDING: Readonly<Record<string, readonly Role[]>> = {
  'register-source': ['steward', 'operator'],
  'suspend-source': ['steward', 'privacy-officer', 'operator'],
  'reinstate-source': ['steward', 'privacy-officer', 'operator'],
  'register-patient': ['source'],
  'update-demographics': ['source'],
  'record-fact': ['source'],
  // A steward's or an officer's is of another source's record: a protected change.
  'correct-fact': ['source', 'steward', 'privacy-officer'],
  'retract-fact': ['source'],
  'designate-system-of-record': ['steward'],
  'withdraw-designation': ['steward'],
  'erase-patient': ['privacy-officer'],
  'place-legal-hold': ['privacy-officer'],
  'release-legal-hold': ['privacy-officer'],
  'rotate-key': ['privacy-officer', 'operator'],
  'suspend-key': ['privacy-officer', 'operator'],
  'resume-key': ['privacy-officer'],
  reseal: ['privacy-officer', 'operator'],
  'report-key-compromise': ['privacy-officer', 'operator'],
  'settle-conflict': ['steward'],
  'reopen-conflict': ['steward'],
  'link-patients': ['steward'],
  'unlink-patients': ['steward'],
  'merge-patients': ['steward'],
  'unmerge-patients': ['steward'],
  'propose-change': ['steward', 'privacy-officer'],
  'approve-change': ['steward', 'privacy-officer'],
  'reject-change': ['steward', 'privacy-officer'],
  'review-change': ['steward', 'privacy-officer'],
  'request-amendment': ['patient', 'privacy-officer'],
  'answer-amendment': ['privacy-officer', 'steward'],
  'state-disagreement': ['patient', 'privacy-officer'],
};

/** Roles whose readers get content opened; an auditor proves that nothing is missing without seeing what it says. */
const OPENING: readonly Role[] = ['clinician', 'steward', 'privacy-officer', 'patient', 'consumer'];

const COMMANDERS = new Map(Object.entries(COMMANDING));

export function mayCommand(roles: readonly string[], command: string): boolean {
  return COMMANDERS.get(command)?.some((role) => roles.includes(role)) === true;
}

/**
 * `ofPatients`: whom the answer may be about; null when the role does not limit it. `scopes`: the key scopes that the roles which
 * allow it hold (`SCOPE_RULE`); when absent, those of all the reader's roles.
 */
export type ReadDecision =
  | { readonly allowed: true; readonly opens: boolean; readonly ofPatients: readonly string[] | null; readonly scopes?: ReadonlySet<string> }
  | { readonly allowed: false; readonly code: 'not-permitted' };

export interface Reader {
  readonly subject: string;
  readonly roles: readonly string[];
  readonly purpose: string;
  /** Who the subject is as a patient: all whom they are merged with today. The subject alone when absent. */
  readonly selves?: readonly string[];
}

/**
 * May somebody with these roles and this purpose do this? Deny by default: some role of the token must list both the
 * action and the purpose. A patient reads only their own record: their token's subject is their patient id, or that of
 * somebody they are merged with.
 */
export function mayRead(caller: Reader, action: Action, patientId: string | null): ReadDecision {
  const selves = caller.selves ?? [caller.subject];
  const granting = ROLES.filter(
    (role) =>
      caller.roles.includes(role) &&
      READING[role].actions.includes(action) &&
      READING[role].purposes.includes(caller.purpose) &&
      (role !== 'patient' || (patientId !== null && selves.includes(patientId))),
  );
  if (granting.length === 0) return { allowed: false, code: 'not-permitted' };
  const ofPatients = granting.every((role) => role === 'patient') ? selves : null;
  const opens = granting.some((role) => OPENING.includes(role));
  return { allowed: true, opens, ofPatients, scopes: scopesHeld(granting, caller.purpose) };
}
