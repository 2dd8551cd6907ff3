import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { restated } from '../../../domain/record/assertions.js';
import { evolvePatient, initialPatient } from '../../../domain/record/state.js';
import { compareVersions } from '../../../domain/record/versions.js';
import type { Assertion } from '../../../schemas/read-models/fact.js';
import { eventOf } from '../../support/events.js';

test('a retraction of what this stream never stated changes no record', () => {
  const state = evolvePatient(initialPatient(), eventOf('fact-retracted'), 0);
  assert.equal([state.records.size, state.exists], [0, true]);
});

test('an event that speaks of no record leaves what was said as it was', () => {
  const mine = [{ assertionId: 'a' }] as unknown as readonly Assertion[];
  assert.equal(restated(mine, { event: eventOf('source-registered'), position: '1', revision: 0 }), mine);
});

test('instants that differ by less than a clock of milliseconds tells apart are ordered all the same', () => {
  const [sooner, later] = ['2026-01-01T00:00:00.1234567Z', '2026-01-01T00:00:00.1234568Z'];
  assert.equal([compareVersions(later, sooner), compareVersions(sooner, later)], ['higher', 'lower']);
});

test.run();
