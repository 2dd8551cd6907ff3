import type { FastifyInstance } from 'fastify';
import { handle, type IncomingCommand } from '../../../commands/handle.js';
import { quarantine } from '../../../commands/quarantine.js';
import { type Span, scanMembers } from '../../../domain/json/lossless.js';
import { LedgerFault, type Rejection, reject } from '../../../domain/rejections.js';
import { isCommandName } from '../../../schemas/command-catalogue.js';
import { callerOf } from '../context.js';
import { DEPTH_AT_MOST, FAULT_CODES, type IntakeContext } from '../intake.js';
import { type Line, linesOf } from '../lines.js';
import { answersInOrder } from '../ordered.js';
import { problemOf, problemOfFault, REJECTION_STATUS } from '../problem.js';
import { NDJSON_TYPE } from '../reading.js';
import type { Services } from '../services.js';
import { receiptBody, refusedAtIntake } from './commands.js';

const LINE_AT_MOST_BYTES = 1024 * 1024;
const AT_ONCE = 512;
const MEMBERS = ['command', 'body', 'idempotencyKey', 'ifMatch'];

/**
 * `POST /v1/commands` (`application/x-ndjson`): many commands, streamed, one result line each, in order. A line is
 * `{"command": NAME, "body": {…}, "idempotencyKey"?, "ifMatch"?}`. A bad line stops nothing. With `Prefer:
 * handling=quarantine` a refused line is kept, sealed, with its reason, so that nothing a source sent is lost.
 */
export function bulkRoutes(app: FastifyInstance, services: Services): void {
  app.post('/v1/commands', async (request, reply) => {
    if (services.stopping()) throw new LedgerFault('stopping');
    const caller = await callerOf(services, request, reply);
    if (caller === null) return reply;
    const keeps = /(^|[,;\s])handling=quarantine\b/.test(String(request.headers['prefer'] ?? ''));
    const { correlationId } = request;
    let number = 0;
    const work = async (line: Line): Promise<string> => {
      number += 1;
      return lineResult(services, line, number, { caller, correlationId, idempotencyKey: null, expected: null }, keeps);
    };
    const lines = linesOf(request.body as AsyncIterable<Buffer>, LINE_AT_MOST_BYTES);
    return reply.type(NDJSON_TYPE).send(answersInOrder(lines, AT_ONCE, work));
  });
}

async function lineResult(services: Services, line: Line, number: number, context: IntakeContext, keeps: boolean): Promise<string> {
  try {
    if (services.stopping()) throw new LedgerFault('stopping');
    const command = 'refused' in line ? reject(line.refused) : readLine(services, line.text, context);
    const outcome = 'kind' in command ? await refusedAtIntake(services, '', context, command) : await handle(services.handlerDeps, command);
    if (outcome.kind === 'done') return `${JSON.stringify({ line: number, status: outcome.repeated ? 200 : 201, receipt: receiptBody(outcome) })}\n`;
    const problem = problemOf(outcome, context.correlationId);
    const kept = keeps && 'text' in line ? await quarantine(services.handlerDeps, context, line.text, outcome) : null;
    services.metrics.commands.inc({ command: 'bulk-line', outcome: kept?.kind === 'done' ? 'quarantined' : outcome.code });
    if (kept?.kind === 'done') return `${JSON.stringify({ line: number, status: REJECTION_STATUS[outcome.code], problem, quarantined: receiptBody(kept) })}\n`;
    return `${JSON.stringify({ line: number, status: problem.status, problem })}\n`;
  } catch (fault) {
    const problem = problemOfFault(fault, context.correlationId);
    return `${JSON.stringify({ line: number, status: problem.status, problem })}\n`;
  }
}

/** The line's own members are cut out of it without parsing the whole: the body is parsed once, by the intake. */
function readLine(services: Services, text: string, context: IntakeContext): IncomingCommand | Rejection {
  const { members, error } = scanMembers(text, { maxDepth: DEPTH_AT_MOST });
  if (error !== undefined) return reject(FAULT_CODES[error.code], [{ pointer: '', rule: `at character ${error.offset}` }]);
  const shape = shapeOf(text, members);
  if ('kind' in shape) return shape;
  if (shape.bodyText === null) return reject('invalid-command', [{ pointer: '', rule: 'required', expected: 'body' }]);
  if (!isCommandName(shape.command)) return reject('unknown-command');
  return services.intake.accept(shape.command, shape.bodyText, { ...context, idempotencyKey: shape.idempotencyKey, expected: shape.ifMatch });
}

interface Shape {
  readonly command: string;
  readonly bodyText: string | null;
  readonly idempotencyKey: string | null;
  readonly ifMatch: number | null;
}

function shapeOf(text: string, members: ReadonlyMap<string, Span>): Shape | Rejection {
  const cut = (name: string) => {
    const span = members.get(name);
    return span === undefined ? null : text.slice(span.start, span.end);
  };
  const [command, idempotencyKey, ifMatch] = ['command', 'idempotencyKey', 'ifMatch'].map((name) => JSON.parse(cut(name) ?? 'null') as unknown);
  const fine =
    typeof command === 'string' &&
    (idempotencyKey === null || (typeof idempotencyKey === 'string' && /^[\x21-\x7e]{1,200}$/.test(idempotencyKey))) &&
    (ifMatch === null || (Number.isSafeInteger(ifMatch) && (ifMatch as number) >= 0)) &&
    [...members.keys()].every((name) => MEMBERS.includes(name));
  if (!fine) return reject('invalid-command', [{ pointer: '', rule: 'line', expected: 'command, body, idempotencyKey?, ifMatch?' }]);
  return { command, bodyText: cut('body'), idempotencyKey: idempotencyKey as string | null, ifMatch: ifMatch as number | null };
}
