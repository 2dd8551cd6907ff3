import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ANSWER_WITHIN_DAYS, endOfDay } from '../../../domain/amendment/deadline.js';

const test = suite('deadlines');

const due = (receivedAt: string, zone: string, days = ANSWER_WITHIN_DAYS) => endOfDay(receivedAt, days, zone);

test('the sixtieth and the ninetieth day end at midnight in Berlin, over a change of clocks', () => {
  // Received in winter, due in summer: midnight is 22:00 UTC.
  assert.is(due('2026-02-10T09:00:00.000Z', 'Europe/Berlin'), '2026-04-11T22:00:00.000Z');
  assert.is(due('2026-02-10T09:00:00.000Z', 'Europe/Berlin', 90), '2026-05-11T22:00:00.000Z');
  // Received in summer, due in winter: midnight is 23:00 UTC.
  assert.is(due('2026-09-15T09:00:00.000Z', 'Europe/Berlin'), '2026-11-14T23:00:00.000Z');
});

test('and in New York', () => {
  assert.is(due('2026-02-10T09:00:00.000Z', 'America/New_York'), '2026-04-12T04:00:00.000Z');
  assert.is(due('2026-02-10T09:00:00.000Z', 'America/New_York', 90), '2026-05-12T04:00:00.000Z');
  assert.is(due('2026-09-15T09:00:00.000Z', 'America/New_York'), '2026-11-15T05:00:00.000Z');
});

test('the day of receipt is the local one: around midnight it is not that of UTC', () => {
  assert.is(due('2026-03-01T23:30:00.000Z', 'Europe/Berlin', 0), '2026-03-02T23:00:00.000Z');
  assert.is(due('2026-03-01T22:59:59.999Z', 'Europe/Berlin', 0), '2026-03-01T23:00:00.000Z');
  assert.is(due('2026-03-02T03:00:00.000Z', 'America/New_York', 0), '2026-03-02T05:00:00.000Z');
});

test('where clocks skip midnight, the day ends with the last instant before', () => {
  // Beirut went from 23:59:59 to 01:00 on 28 March 2021.
  assert.is(due('2021-03-27T12:00:00.000Z', 'Asia/Beirut', 0), '2021-03-27T22:00:00.000Z');
  // Samoa had no 30 December 2011.
  assert.is(due('2011-12-29T12:00:00.000Z', 'Pacific/Apia', 0), '2011-12-30T10:00:00.000Z');
});

const local = (ms: number, timeZone: string) => new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(ms);

test('in any zone and at any time, the instant before still is that day and the instant itself is a later one', () => {
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Kiritimati', 'America/St_Johns');
  const received = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(zones, received, fc.integer({ min: 0, max: 90 }), (zone, at, days) => {
      const end = Date.parse(due(at.toISOString(), zone, days));
      const day = new Date(Date.parse(`${local(at.getTime(), zone)}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
      assert.is(local(end - 1, zone), day);
      assert.ok(local(end, zone) > day);
    }),
    { numRuns: 200 },
  );
});

test.run();
