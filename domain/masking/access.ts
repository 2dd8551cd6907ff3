import type { ReadDecision, Reader } from '../access/permissions.js';
import { scopesHeld } from '../access/scopes.js';
import { mayHave, type Plan } from './plan.js';

const REFUSED: ReadDecision = { allowed: false, code: 'not-permitted' };

/** What is opened is masked before it leaves; what the role and purpose hold no key for is not opened for a masked answer either. */
function granted({ roles, purpose }: Reader): ReadDecision {
  return { allowed: true, opens: true, ofPatients: null, scopes: scopesHeld(roles, purpose) };
}

/** May this reader have a record under this plan? */
export function mayReadMasked(reader: Reader, plan: Plan): ReadDecision {
  return mayHave(plan, reader.roles, reader.purpose) ? granted(reader) : REFUSED;
}

export const RE_IDENTIFICATION_RULE = 're-identification@1';
/** A legal duty, an inquiry into a breach, or an emergency: nothing of everyday needs to know who it was. */
const RE_IDENTIFICATION_PURPOSES: readonly string[] = ['LEGAL', 'HCOMPL', 'ETREAT'];

/** Only a privacy officer turns a pseudonym or a token back. */
export function mayReIdentify(reader: Reader): ReadDecision {
  return reader.roles.includes('privacy-officer') && RE_IDENTIFICATION_PURPOSES.includes(reader.purpose) ? granted(reader) : REFUSED;
}
