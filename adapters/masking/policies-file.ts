import { existsSync, readFileSync, statSync } from 'node:fs';
import { Type } from '@sinclair/typebox';
import { PLANS, type Plan } from '../../domain/masking/plan.js';
import { planOf, policyFaults } from '../../domain/masking/policy-check.js';
import { MaskingPolicy } from '../../schemas/phi/masking.js';
import { strictAjv } from '../ajv.js';
import { BadConfiguration } from '../config.js';
import { fhirShapes } from './shapes.js';

/** In the data folder. */
export const MASKING_POLICIES = 'masking-policies.json';
const FILE_AT_MOST_BYTES = 1024 * 1024;
const POLICIES_AT_MOST = 100;

const arePolicies = strictAjv().compile<MaskingPolicy[]>(Type.Array(MaskingPolicy, { maxItems: POLICIES_AT_MOST }));

/**
 * The plans that everybody has, and the policies of this house: a JSON array in the given file, where there is one. A file that
 * cannot be used stops the start: without its policies, or with half of them, somebody would be shown too much.
 */
export function plansFrom(file: string): readonly Plan[] {
  if (!existsSync(file)) return PLANS;
  const policies = readPolicies(file);
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

function readPolicies(file: string): MaskingPolicy[] {
  if (statSync(file).size > FILE_AT_MOST_BYTES) throw new BadConfiguration(['The masking policies are larger than 1 MiB.']);
  const policies = parsed(readFileSync(file, 'utf8'));
  if (arePolicies(policies)) return policies;
  const places = (arePolicies.errors ?? []).slice(0, 10).map(({ instancePath, keyword }) => `masking policies: ${instancePath || '/'} breaks ${keyword}`);
  throw new BadConfiguration(places);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw Object.assign(new BadConfiguration(['The masking policies are no JSON.']), { cause });
  }
}
