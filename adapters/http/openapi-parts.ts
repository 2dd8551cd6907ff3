/** An OpenAPI document, or a piece of one. */
export type Json = Readonly<Record<string, unknown>>;

export const problem = {
  description: 'A problem; see the table of codes.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};
export const receipt = { content: { 'application/json': { schema: { $ref: '#/components/schemas/Receipt' } } } };
export const header = (name: string, description: string): Json => ({ name, in: 'header', description, schema: { type: 'string' } });
export const query = (name: string, description: string, schema: Json = { type: 'string' }): Json => ({ name, in: 'query', description, schema });
export const path = (name: string, schema: Json = { type: 'string' }): Json => ({ name, in: 'path', required: true, schema });
export const body = (type: string, schema: Json = {}): Json => ({ required: true, content: { [type]: { schema } } });

const DAMAGE: Json = {
  'Unreadable-Events': {
    description: 'Only where the answer is not whole: how many events of this page nobody can open. They stand in it, marked `unreadable`.',
    schema: { type: 'integer', minimum: 1 },
  },
};

export function read(operationId: string, summary: string, parameters: readonly Json[], type = 'application/json'): Json {
  return readAs(operationId, summary, parameters, [type]);
}

export function readAs(operationId: string, summary: string, parameters: readonly Json[], types: readonly string[]): Json {
  const content = Object.fromEntries(types.map((type) => [type, {}]));
  return {
    get: {
      operationId,
      tags: ['reading'],
      summary,
      parameters,
      responses: { '200': { description: 'As asked.', headers: DAMAGE, content }, default: problem },
    },
  };
}
