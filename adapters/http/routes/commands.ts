import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { auditRefusal, handle } from '../../../commands/handle.js';
import type { Outcome } from '../../../commands/request.js';
import { LedgerFault, type Rejection, reject } from '../../../domain/rejections.js';
import { isCommandName } from '../../../schemas/command-catalogue.js';
import { callerOf, sendRejection } from '../context.js';
import type { IntakeContext } from '../intake.js';
import type { Services } from '../services.js';

/** `POST /v1/commands/{command-name}`: one command, `201` with its receipt, `200` with the first receipt when repeated. */
export function commandRoutes(app: FastifyInstance, services: Services): void {
  app.post<{ Params: { name: string } }>('/v1/commands/:name', async (request, reply) => {
    if (services.stopping()) throw new LedgerFault('stopping');
    const caller = await callerOf(services, request, reply);
    if (caller === null) return reply;
    const headers = headersOf(request);
    if ('kind' in headers) return sendRejection(request, reply, headers);
    const context: IntakeContext = { caller, correlationId: request.correlationId, ...headers };
    const outcome = await runCommand(services, request.params.name, request.body as string, context);
    return outcome.kind === 'rejected' ? sendRejection(request, reply, outcome) : sendReceipt(reply, outcome);
  });
}

export async function runCommand(services: Services, name: string, text: string, context: IntakeContext): Promise<Outcome> {
  const command = services.intake.accept(name, text, context);
  const outcome = 'kind' in command ? await refusedAtIntake(services, name, context, command) : await handle(services.handlerDeps, command);
  services.metrics.commands.inc({ command: 'kind' in command ? 'refused-at-intake' : command.name, outcome: labelOf(outcome) });
  return outcome;
}

/** What does not even read as a command is refused, and audited, here. */
export async function refusedAtIntake(services: Services, name: string, context: IntakeContext, refusal: Rejection): Promise<Rejection> {
  await auditRefusal(services.handlerDeps, context, isCommandName(name) ? name : null, refusal);
  return refusal;
}

function labelOf(outcome: Outcome): string {
  if (outcome.kind === 'rejected') return outcome.code;
  return outcome.repeated ? 'repeated' : 'recorded';
}

export function receiptBody(outcome: Extract<Outcome, { kind: 'done' }>) {
  const { receipt, kind: _, repeated, ...about } = outcome;
  return { ...receipt, ...about, repeated };
}

function sendReceipt(reply: FastifyReply, outcome: Extract<Outcome, { kind: 'done' }>): FastifyReply {
  return reply
    .code(outcome.repeated ? 200 : 201)
    .header('etag', `"${outcome.receipt.revision}"`)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(receiptBody(outcome)));
}

const KEY = /^[\x21-\x7e]{1,200}$/;

function headersOf(request: FastifyRequest): { idempotencyKey: string | null; expected: number | null } | Rejection {
  const key = request.headers['idempotency-key'];
  const match = request.headers['if-match'];
  if (key !== undefined && (typeof key !== 'string' || !KEY.test(key))) {
    return reject('invalid-parameter', [{ pointer: '/Idempotency-Key', rule: 'form', expected: '1 to 200 visible ASCII letters' }]);
  }
  const revision = match === undefined ? null : /^(?:W\/)?"?(\d{1,15})"?$/.exec(match);
  if (match !== undefined && revision === null) {
    return reject('invalid-parameter', [{ pointer: '/If-Match', rule: 'form', expected: 'a stream revision' }]);
  }
  return { idempotencyKey: key ?? null, expected: revision == null ? null : Number(revision[1]) };
}
