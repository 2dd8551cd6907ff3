import { OutboundPolicy } from '../../schemas/phi/outbound.js';
import { policiesIn } from '../masking/policy-file.js';

/** In the data folder. */
export const OUTBOUND_POLICIES = 'outbound-policies.json';

/** What feeds are looked through for, by reader; nothing where the house has no such file. */
export function outboundPoliciesFrom(file: string): readonly OutboundPolicy[] {
  return policiesIn<OutboundPolicy>(file, OutboundPolicy, 'outbound policies');
}
