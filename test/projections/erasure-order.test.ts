import { randomUUID } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { evolveErasure, initialErasure } from '../../domain/erasure/state.js';
import { erasureJson } from '../../projections/reading/erasure.js';
import { Words } from '../../projections/reading/words.js';
import { eventOf } from '../support/events.js';

const shown = async (approval: string | null) => {
  const event = eventOf('erasure-ordered', { data: { approval } });
  const asked = { tenant: 'test', patientId: event.data.patientId, state: evolveErasure(initialErasure(), event, 0), waitsFor: [] };
  const words = new Words(async () => undefined);
  return { event, order: JSON.parse(await erasureJson(asked, words)).order };
};

test('an order of one person names who gave it', async () => {
  const { event, order } = await shown(null);
  assert.equal([order.by, order.approvedBy, order.reason], [event.actor.subject, undefined, null]);
});

test('an order that two people agreed on names who approved it as that', async () => {
  const approval = randomUUID();
  const { event, order } = await shown(approval);
  assert.equal([order.by, order.approvedBy, order.approval], [undefined, event.actor.subject, approval]);
});

test.run();
