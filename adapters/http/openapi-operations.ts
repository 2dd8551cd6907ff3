import { READ_MODELS } from '../read-model-names.js';
import { type Json, path, problem } from './openapi-parts.js';

/** What those call who keep the ledger running. */
export function operationPaths(): Json {
  const open = (operationId: string, summary: string): Json => ({
    get: { operationId, tags: ['operations'], security: [], summary, responses: { '200': { description: 'As asked.' } } },
  });
  return {
    '/health/live': open('live', 'The process runs.'),
    '/health/ready': open(
      'ready',
      'The stores answer and the read models are fed; 503 when not. `keys`: the provider of root keys, and how many keys are due; `degraded` while the provider is away.',
    ),
    '/metrics': open('metrics', 'Prometheus metrics.'),
    '/openapi.json': open('openapi', 'This document.'),
    '/v1/projections': {
      get: {
        operationId: 'projections',
        tags: ['operations'],
        summary: 'Where each read model stands.',
        responses: { '200': { description: 'As asked.' }, default: problem },
      },
    },
    '/v1/projections/{model}/rebuild': {
      post: {
        operationId: 'rebuild',
        tags: ['operations'],
        summary: 'Builds a read model anew beside the running one, then switches.',
        parameters: [path('model', { enum: READ_MODELS })],
        responses: { '202': { description: 'Building.' }, default: problem },
      },
    },
  };
}
