import type { FastifyRequest } from 'fastify';
import { type Rejection, reject } from '../../domain/rejections.js';
import type { Services } from './services.js';

const WAIT_AT_MOST_MS = 5000;

/** `Minimum-Position: N` waits until the read models have reached N, so that a caller reads what it was just acknowledged. */
export async function reachMinimum(services: Services, request: FastifyRequest, models: readonly string[]): Promise<Rejection | null> {
  const header = request.headers['minimum-position'];
  if (header === undefined) return null;
  const position = String(header);
  const refused = await positionRefusal(services, position);
  if (refused !== null) return refused;
  const reached = await Promise.all(models.map((model) => services.progress.reached(model, position, WAIT_AT_MOST_MS)));
  return reached.every(Boolean) ? null : reject('read-model-behind');
}

/** What the positions of our stores look like. The stores' own comparing is not made for whatever a caller may type. */
const FORM = /^\d{1,20}(-\d{1,20})?$/;

/** A position must be one that this log has passed. */
export async function positionRefusal(services: Services, position: string): Promise<Rejection | null> {
  const head = await services.store.head();
  let order = Number.NaN;
  try {
    if (FORM.test(position)) order = head === null ? 1 : services.store.compare(position, head);
  } catch {
    // A position of another store's form is no position of this one.
  }
  if (Number.isNaN(order)) return reject('invalid-parameter', [{ pointer: '/position', rule: 'form', expected: 'a position from a receipt' }]);
  return order > 0 ? reject('unknown-position') : null;
}
