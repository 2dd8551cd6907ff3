import { reject } from '../domain/rejections.js';
import type { CorrectFact } from '../schemas/commands/correct-fact.js';
import { assertAbout, type StatementRequest } from './assert.js';
import type { CommandDeps } from './deps.js';
import type { Outcome } from './request.js';

/** A source corrects what it said itself; what another said is corrected by a change that two people agreed on. */
export async function correctFact(deps: CommandDeps, request: StatementRequest<CorrectFact>, sourceId: string): Promise<Outcome> {
  if (request.resource.parsed.resourceType === 'Patient') return reject('unsupported-resource');
  const { reason } = request.body;
  return assertAbout(deps, request, sourceId, 'correct-fact', (assertion) => ({ name: 'correct-fact', assertion, reason, approval: request.approval }));
}
