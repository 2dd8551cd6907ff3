import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../commands/request.js';
import { type Rejection, reject } from '../../domain/rejections.js';
import { PROBLEM_TYPE, type Problem, problemOf } from './problem.js';
import type { Services } from './services.js';

declare module 'fastify' {
  interface FastifyRequest {
    correlationId: string;
  }
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The trace id of W3C Trace Context in the form of a UUID, so that logs, events and traces share it; a random one otherwise. */
export function correlationIdOf(request: FastifyRequest): string {
  const match = TRACEPARENT.exec(String(request.headers['traceparent'] ?? ''));
  return match === null ? randomUUID() : match.slice(1).join('-');
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
  if (problem.status === 503) void reply.header('retry-after', '1');
  return reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}

export function sendRejection(request: FastifyRequest, reply: FastifyReply, rejection: Rejection): FastifyReply {
  return sendProblem(reply, problemOf(rejection, request.correlationId));
}

const RECORDED_A_SECOND = 10;
let secondMs = 0;
let recorded = 0;

/**
 * The caller, or null after the refusal went out. Requests without a valid token are audited under the ledger's own
 * tenant, but only so many a second: an audit that strangers can fill the disk with protects nobody.
 */
export async function callerOf(services: Services, request: FastifyRequest, reply: FastifyReply): Promise<Caller | null> {
  const caller = await services.authenticator.authenticate(request.headers.authorization);
  if (caller !== undefined) return caller;
  const now = Date.now();
  if (now - secondMs >= 1000) [secondMs, recorded] = [now, 0];
  if (recorded++ < RECORDED_A_SECOND) await services.handlerDeps.accessLog.record(strangerAt(request));
  else services.metrics.unrecordedRefusals.inc();
  void sendRejection(request, reply, reject('not-authenticated'));
  return null;
}

function strangerAt(request: FastifyRequest) {
  return {
    caller: { tenant: 'system', actor: { subject: 'anonymous', roles: [], organization: null }, purpose: 'SYSADMIN' },
    correlationId: request.correlationId,
    data: {
      action: 'authenticate' as const,
      outcome: 'refused' as const,
      code: 'not-authenticated',
      rule: 'bearer-token@1',
      patients: [],
      categories: [],
      opened: 0,
      detail: null,
    },
  };
}
