import type { FindingType } from '../scanning/finding.js';
import type { ScanPolicy } from '../scanning/policy.js';
import type { Plan } from './plan.js';

/**
 * What becomes of identifiers that the scanner finds in texts which a plan lets through. What the plan shows anyway stays in texts
 * too: dates where it keeps dates, places in a limited data set. What is held for review a privacy officer sees, marked. A
 * finding that is only possible holds nothing up: it is masked.
 */
export function outboundPolicyOf({ name, version, base, dates, outbound = 'mask' }: Plan, roles: readonly string[]): ScanPolicy {
  const likely = outbound === 'hold' && roles.includes('privacy-officer') ? 'mark' : outbound;
  const possible = likely === 'hold' || likely === 'block' ? 'mask' : likely;
  const shown: FindingType[] = [...(dates === 'keep' ? (['date'] as const) : []), ...(base === 'limited-data-set' ? (['zip'] as const) : [])];
  return {
    name,
    version,
    rules: [
      { types: shown, atLeast: 'possible', action: 'ignore' },
      { atLeast: 'likely', action: likely },
      { atLeast: 'possible', action: possible },
    ],
  };
}
