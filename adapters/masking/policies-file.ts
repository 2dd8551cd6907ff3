import { PLANS, type Plan } from '../../domain/masking/plan.js';
import { planOf, policyFaults } from '../../domain/masking/policy-check.js';
import { MaskingPolicy } from '../../schemas/phi/masking.js';
import { BadConfiguration } from '../config.js';
import { policiesIn } from './policy-file.js';
import { fhirShapes } from './shapes.js';

/** In the data folder. */
export const MASKING_POLICIES = 'masking-policies.json';

/** The plans that everybody has, and the policies of this house, where there are any. */
export function plansFrom(file: string): readonly Plan[] {
  const policies = policiesIn<MaskingPolicy>(file, MaskingPolicy, 'masking policies');
  const shapes = fhirShapes();
  const taken = new Set(PLANS.map(({ name }) => name));
  const problems = policies.flatMap((policy, index) => {
    const faults = policyFaults(policy, taken, shapes);
    taken.add(policy.name);
    return faults.map(({ rule, code }) => `masking policy ${index}${rule === null ? '' : `, rule ${rule}`}: ${code}`);
  });
  if (problems.length > 0) throw new BadConfiguration(problems);
  return [...PLANS, ...policies.map(planOf)];
}
