import { CERTAINTIES, type Certainty, type Finding, type FindingType, isAtLeast } from './finding.js';

/**
 * What is done about a finding, from the mildest on: nothing; the place is named in the text and the value stays; the value
 * goes; the text waits for a person; the text is refused.
 */
export const SCAN_ACTIONS = ['ignore', 'mark', 'mask', 'hold', 'block'] as const;
export type ScanAction = (typeof SCAN_ACTIONS)[number];

/** Fits findings of these types (all when absent) that are at least so sure, and are not of these rules. */
export interface ScanRule {
  readonly types?: readonly FindingType[];
  readonly rules?: readonly string[];
  readonly exceptRules?: readonly string[];
  readonly atLeast: Certainty;
  readonly action: ScanAction;
}

/** Of the rules the first that fits a finding says what is done about it; what none fits is ignored. */
export interface ScanPolicy {
  readonly name: string;
  readonly version: number;
  readonly rules: readonly ScanRule[];
}

export interface Judged extends Finding {
  readonly action: ScanAction;
}

/** `text` is absent when it is held or blocked: nobody is given it by mistake. `findings` are places in the text that came in. */
export type Scanned =
  | { readonly decision: 'pass'; readonly text: string; readonly findings: readonly Judged[] }
  | { readonly decision: 'hold' | 'block'; readonly findings: readonly Judged[] };

export function actionFor(finding: Finding, policy: ScanPolicy): ScanAction {
  return policy.rules.find((rule) => fits(finding, rule))?.action ?? 'ignore';
}

function fits({ type, rule, certainty }: Finding, { types, rules, exceptRules, atLeast }: ScanRule): boolean {
  if (types?.includes(type) === false || rules?.includes(rule) === false || exceptRules?.includes(rule) === true) return false;
  return isAtLeast(certainty, atLeast);
}

/** The text as the policy lets it go on, or the decision that it does not. `findings` are those of `scanText` on this very text. */
export function applyPolicy(text: string, findings: readonly Finding[], policy: ScanPolicy): Scanned {
  const judged = findings.map((finding): Judged => ({ ...finding, action: actionFor(finding, policy) }));
  const strictest = judged.reduce((most, { action }) => Math.max(most, SCAN_ACTIONS.indexOf(action)), 0);
  const decision = SCAN_ACTIONS[strictest];
  if (decision === 'hold' || decision === 'block') return { decision, findings: judged };
  const pieces: string[] = [];
  let at = 0;
  for (const { start, end, type, action } of judged) {
    if (action !== 'mask' && action !== 'mark') continue;
    pieces.push(text.slice(at, start), action === 'mask' ? `[${type}]` : `[${type}: ${text.slice(start, end)}]`);
    at = end;
  }
  return { decision: 'pass', text: [...pieces, text.slice(at)].join(''), findings: judged };
}

/** Everything found goes, however unsure: what is left over can still name somebody, see docs/scanning.md. */
export const MASK_ALL: ScanPolicy = { name: 'mask-all', version: 1, rules: [{ atLeast: CERTAINTIES[0], action: 'mask' }] };

/**
 * What may stand in fields that are stored in clear. Dates and places of the business stay, and so do the names of those who
 * signed or treat: what names a patient is refused.
 */
export const CLEAR_TEXT_POLICY: ScanPolicy = {
  name: 'clear-text',
  version: 1,
  rules: [
    { types: ['name'], exceptRules: ['name-after-doctor', 'name-before-degree', 'name-of-signer', 'name-in-greeting'], atLeast: 'likely', action: 'block' },
    { types: ['date'], rules: ['birth-date-after-label'], atLeast: 'certain', action: 'block' },
    { types: ['ssn', 'mrn', 'phone', 'email', 'card', 'mbi', 'nhs', 'health-plan', 'account', 'licence', 'age-over-89'], atLeast: 'likely', action: 'block' },
    { types: ['address', 'zip', 'vehicle'], atLeast: 'certain', action: 'block' },
  ],
};
