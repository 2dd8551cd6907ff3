import { reject } from '../domain/rejections.js';
import type { RecordFact } from '../schemas/commands/record-fact.js';
import { assertAbout, type StatementRequest } from './assert.js';
import type { CommandDeps } from './deps.js';
import type { Outcome } from './request.js';

/** A source asserts a clinical fact. Demographics have commands of their own. */
export async function recordFact(deps: CommandDeps, request: StatementRequest<RecordFact>, sourceId: string): Promise<Outcome> {
  if (request.resource.parsed.resourceType === 'Patient') return reject('unsupported-resource');
  return assertAbout(deps, request, sourceId, 'record-fact', (assertion) => ({ name: 'record-fact', assertion }));
}
