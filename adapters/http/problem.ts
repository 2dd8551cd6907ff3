import { FAULTS, type FaultCode, type Issue, LedgerFault, REJECTIONS, type Rejection, type RejectionCode } from '../../domain/rejections.js';

/** THE mapping of codes to HTTP statuses. */
export const REJECTION_STATUS: Readonly<Record<RejectionCode, number>> = {
  'not-authenticated': 401,
  'not-permitted': 403,
  'unknown-source': 403,
  'source-suspended': 403,
  'source-exists': 409,
  'source-not-suspended': 409,
  'unknown-patient': 404,
  'patient-erased': 410,
  'legal-hold': 409,
  'retention-duty': 409,
  'merged-survivor': 409,
  'unknown-hold': 404,
  'ambiguous-patient': 409,
  'patient-required': 422,
  'unknown-fact': 404,
  'unknown-conflict': 404,
  'conflict-changed': 409,
  'invalid-settlement': 422,
  'unknown-settlement': 404,
  'fact-retracted': 409,
  'source-version-conflict': 409,
  'category-changed': 409,
  'stale-revision': 412,
  'idempotency-key-reused': 422,
  'designation-unchanged': 409,
  'invalid-scope': 422,
  'unknown-designation': 404,
  'already-withdrawn': 409,
  'too-many-designations': 409,
  'approval-required': 409,
  'not-protected': 422,
  'unknown-change': 404,
  'own-proposal': 403,
  'change-expired': 409,
  'change-decided': 409,
  'review-not-due': 409,
  'unknown-amendment': 404,
  'amendment-out-of-step': 409,
  'extension-used': 409,
  'deadline-passed': 409,
  'rotation-under-way': 409,
  'compromise-reported': 409,
  'key-already-suspended': 409,
  'key-not-suspended': 409,
  'tenant-key-suspended': 409,
  'unknown-key': 404,
  'same-patient': 422,
  'merge-cycle': 409,
  'already-merged': 409,
  'not-merged': 409,
  'not-linked': 409,
  'group-too-large': 409,
  'invalid-json': 400,
  'invalid-text': 400,
  'too-deep': 400,
  'duplicate-member': 400,
  'invalid-command': 422,
  'text-holds-identifiers': 422,
  'answer-holds-identifiers': 403,
  'unknown-command': 404,
  'invalid-resource': 422,
  'unsupported-resource': 422,
  'invalid-date': 422,
  'invalid-parameter': 400,
  'invalid-cursor': 400,
  'unknown-position': 400,
  'read-model-behind': 503,
  'unknown-feed': 404,
  'unknown-token': 404,
  'unknown-route': 404,
  'too-large': 413,
  'unsupported-media-type': 415,
  'truncated-input': 400,
  'request-timeout': 408,
};

export const FAULT_STATUS: Readonly<Record<FaultCode, number>> = {
  'store-unavailable': 503,
  'outcome-unknown': 503,
  overloaded: 503,
  'store-full': 507,
  'event-unreadable': 500,
  'content-unreadable': 500,
  'key-unreadable': 500,
  'key-expired': 503,
  'key-suspended': 503,
  'keys-unavailable': 503,
  'read-models-unavailable': 503,
  'lease-lost': 503,
  stopping: 503,
  internal: 500,
};

/** RFC 9457 problem details. `code` is stable; `remedy` says what to do. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: RejectionCode | FaultCode;
  readonly detail: string;
  readonly remedy: string;
  readonly correlationId: string;
  readonly errors?: readonly Issue[];
}

export const PROBLEM_TYPE = 'application/problem+json';

export function problemOf(rejection: Rejection, correlationId: string): Problem {
  const [detail, remedy] = REJECTIONS[rejection.code];
  const problem = details(rejection.code, REJECTION_STATUS[rejection.code], detail, remedy, correlationId);
  return rejection.issues === undefined ? problem : { ...problem, errors: rejection.issues };
}

/** A fault of ours. What it was goes to the log, under the correlation id; the caller is told only what to do. */
export function problemOfFault(fault: unknown, correlationId: string): Problem {
  const code: FaultCode = fault instanceof LedgerFault ? fault.code : 'internal';
  const [detail, remedy] = FAULTS[code];
  return details(code, FAULT_STATUS[code], detail, remedy, correlationId);
}

function details(code: RejectionCode | FaultCode, status: number, detail: string, remedy: string, correlationId: string): Problem {
  return { type: `urn:clinical-ledger:problem:${code}`, title: code.replaceAll('-', ' '), status, code, detail, remedy, correlationId };
}
