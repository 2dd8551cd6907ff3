import type { MaskingPolicy, MaskRule } from '../../schemas/phi/masking.js';
import type { Plan } from './plan.js';
import type { MemberType, Shapes } from './tools.js';

/** Why a policy is not taken, and which of its rules it is about; null for the policy as a whole. */
export interface PolicyFault {
  readonly rule: number | null;
  readonly code: 'name-taken' | 'role-not-allowed' | 'unknown-path' | 'domain-too-small' | 'not-a-date' | 'not-a-zip' | 'not-a-text';
}

/** Roles that masked records are for. A patient's token reads one record, and a clinician's need is not met by a mask. */
const ROLES: ReadonlySet<string> = new Set(['consumer', 'steward', 'privacy-officer']);
const DATES: ReadonlySet<string> = new Set(['date', 'dateTime', 'instant']);
const TEXTS: ReadonlySet<string> = new Set(['string', 'markdown', 'uri', 'url']);
const ZIP = /(^|\.)postalCode$/;

/** What is wrong with a policy: all of it, empty when it can be used. */
export function policyFaults(policy: MaskingPolicy, taken: ReadonlySet<string>, shapes: Shapes): PolicyFault[] {
  const faults: PolicyFault[] = [];
  if (taken.has(policy.name)) faults.push({ rule: null, code: 'name-taken' });
  if (policy.readers.some(({ role }) => !ROLES.has(role))) faults.push({ rule: null, code: 'role-not-allowed' });
  for (const [rule, one] of policy.rules.entries()) {
    const code = faultOf(one, shapes);
    if (code !== null) faults.push({ rule, code });
  }
  return faults;
}

function faultOf({ path, mask }: MaskRule, shapes: Shapes): PolicyFault['code'] | null {
  const type = typeAt(path, shapes);
  if (type === undefined) return 'unknown-path';
  if (mask.kind === 'keep' || mask.kind === 'redact') return null;
  const isZip = ZIP.test(path);
  if (mask.kind === 'shift' || (mask.kind === 'generalise' && mask.to === 'year')) return DATES.has(type) ? null : 'not-a-date';
  if (mask.kind === 'generalise') return isZip ? null : 'not-a-zip';
  // All dates and all ZIP codes together are tried in no time.
  if (mask.kind === 'format-preserving' && (isZip || DATES.has(type))) return 'domain-too-small';
  return TEXTS.has(type) ? null : 'not-a-text';
}

/** The data type at a path; a path of one name is a data type itself. */
function typeAt(path: string, shapes: Shapes): string | undefined {
  const [head = '', ...names] = path.split('.');
  if (names.length === 0) return DATES.has(head) || TEXTS.has(head) || shapes(head) !== undefined ? head : undefined;
  let type: string | undefined = head;
  for (const name of names) {
    const member: MemberType | undefined = type === undefined ? undefined : shapes(type)?.members.get(name);
    type = member?.type;
  }
  return type;
}

const LABELS = { 'safe-harbor': 'PSEUDED', 'limited-data-set': 'REDACTED', none: 'MASKED' } as const;

/** A checked policy, ready to be used. */
export function planOf(policy: MaskingPolicy): Plan {
  return { ...policy, label: LABELS[policy.base] };
}
