import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sleep, systemClock } from '../../adapters/clock.js';

const test = suite('clock');

test('it gives RFC 3339 in UTC with milliseconds', () => {
  assert.is(systemClock(() => Date.UTC(2026, 2, 1, 8)).now(), '2026-03-01T08:00:00.000Z');
  assert.match(systemClock().now(), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('it may stand still, and never goes back', () => {
  let ms = 1000;
  const clock = systemClock(() => ms);
  const times = [2000, 1500, 2000, 1999, 2001].map((now) => {
    ms = now;
    return Date.parse(clock.now());
  });
  assert.equal(times, [2000, 2000, 2000, 2000, 2001]);
});

test('sleep ends after its time, or at once when aborted', async () => {
  const abort = new AbortController();
  const began = Date.now();
  await sleep(5, abort.signal);
  const long = sleep(60_000, abort.signal);
  abort.abort();
  await long;
  await sleep(60_000, abort.signal);
  assert.ok(Date.now() - began < 10_000);
});

test.run();
