import Fastify from 'fastify';
import { STORED_CLEAR } from '../../schemas/commands/fields.js';
import { RecordFact } from '../../schemas/commands/record-fact.js';

/** What an HTTP server in Node costs when it does nothing but check a body of the same size, or send one. */
const RECEIPT = {
  eventIds: ['00000000-0000-4000-8000-000000000000'],
  stream: 'bench.patient-00000000-0000-4000-8000-000000000000',
  revision: 1234,
  position: '1234567',
  logIndex: 1_234_566,
  patientId: '00000000-0000-4000-8000-000000000000',
  repeated: false,
};

const customOptions = { coerceTypes: false, useDefaults: false, removeAdditional: false, allowUnionTypes: true, keywords: [STORED_CLEAR] };
const app = Fastify({ logger: false, ajv: { customOptions } });
app.post('/v1/commands/record-fact', { schema: { body: JSON.parse(JSON.stringify(RecordFact)) } }, async (_request, reply) => reply.code(201).send(RECEIPT));
const bodies = new Map<number, string>();
app.get<{ Params: { bytes: string } }>('/body/:bytes', async (request, reply) => {
  const bytes = Number(request.params.bytes);
  const body = bodies.get(bytes) ?? JSON.stringify({ body: '.'.repeat(Math.max(0, bytes - 11)) });
  bodies.set(bytes, body);
  return reply.type('application/json; charset=utf-8').send(body);
});
process.stdout.write(`floor on ${await app.listen({ host: '127.0.0.1', port: 0 })}\n`);
