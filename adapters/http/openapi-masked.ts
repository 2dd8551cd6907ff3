import { PLANS } from '../../domain/masking/plan.js';
import { ReIdentification } from '../../schemas/phi/re-identification.js';
import { body, type Json, path, problem, query, read } from './openapi-parts.js';

const PROFILES = PLANS.map(({ name, description }) => `\`${name}\`: ${description}`).join(' ');

/** Masked reads and the way back. `sides` are the parameters that the sides of a record have in common. */
export function maskedPaths(sides: readonly Json[]): Json {
  return {
    '/v1/patients/{patientId}/masked': read(
      'masked-record',
      `The record as FHIR resources, masked or de-identified, under a pseudonym. Texts that still seem to name the person are masked, marked, held or blocked, as the policy says. ${PROFILES} Policies of the house beside these.`,
      [path('patientId', { type: 'string', format: 'uuid' }), { ...query('profile', 'Profile or masking policy.'), required: true }, ...sides],
    ),
    '/v1/re-identifications': {
      post: {
        operationId: 're-identify',
        tags: ['reading'],
        summary: 'Whom a pseudonym stands for, and what tokens and format-preserving masks were made of. Role: privacy-officer, for LEGAL, HCOMPL or ETREAT.',
        requestBody: body('application/json', ReIdentification as unknown as Json),
        responses: { '200': { description: 'As asked.', content: { 'application/json': {} } }, default: problem },
      },
    },
  };
}
