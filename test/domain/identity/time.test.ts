import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalTime, endInstant, firstInstant, isTime, readTime, writtenDay } from '../../../domain/identity/time.js';
import { fc } from '../json/arbitrary.js';

const test = suite('clinical time');

function read(text: string) {
  const time = readTime(text);
  if (!isTime(time)) throw new Error(`${text}: ${time}`);
  return time;
}
const canonical = (text: string) => canonicalTime(read(text));

test('is one text for one instant, in UTC', () => {
  assert.is(canonical('2021-03-14T22:30:00-05:00'), '2021-03-15T03:30:00Z');
  assert.is(canonical('2021-03-15T03:30:00Z'), '2021-03-15T03:30:00Z');
  assert.is(canonical('2021-03-15T03:30:00.000+00:00'), '2021-03-15T03:30:00Z');
  assert.is(canonical('2021-03-15T03:30:00.120Z'), '2021-03-15T03:30:00.12Z');
  assert.is(canonical('2021-01-01T00:15:00+14:00'), '2020-12-31T10:15:00Z');
});

test('keeps the precision that was stated', () => {
  assert.is(canonical('2021'), '2021');
  assert.is(canonical('2021-03'), '2021-03');
  assert.is(canonical('2021-03-14'), '2021-03-14');
  assert.is(canonical('2021-03-14T10:00Z'), '2021-03-14T10:00Z');
});

test('starts with the first instant it may mean and ends behind the last', () => {
  assert.is(firstInstant(read('2021')), '2021-01-01T00:00:00.000Z');
  assert.is(endInstant(read('2020-02')), '2020-03-01T00:00:00.000Z');
  assert.is(endInstant(read('2020')), '2021-01-01T00:00:00.000Z');
  assert.is(endInstant(read('2021-03-14')), '2021-03-15T00:00:00.000Z');
  assert.is(endInstant(read('2021-03-14T10:00:00Z')), '2021-03-14T10:00:01.000Z');
  assert.is(endInstant(read('2021-03-14T10:00:00.5Z')), '2021-03-14T10:00:00.501Z');
  assert.is(endInstant(read('9999-12-31')), '9999-12-31T23:59:59.999Z');
});

test('knows which days no calendar has', () => {
  for (const text of [
    '2021-02-30',
    '2021-02-29',
    '1900-02-29',
    '2021-13-01',
    '2021-00',
    '2021-04-31',
    '2021-01-01T24:00:00Z',
    '2021-01-01T10:00:00+15:00',
    '0000',
  ]) {
    assert.is(readTime(text), 'nonexistent', text);
  }
  for (const text of ['2020-02-29', '2000-02-29', '2016-12-31T23:59:60Z']) assert.ok(isTime(readTime(text)), text);
});

test('says what is malformed and what lacks a zone', () => {
  for (const text of ['', '20210314', '2021-3-14', '2021-03-14 10:00:00Z', '14.03.2021', '2021-03-14T10Z']) assert.is(readTime(text), 'malformed', text);
  assert.is(readTime('2021-03-14T10:00:00'), 'no-zone');
});

test('has the day that the writer wrote', () => {
  assert.is(writtenDay(read('2021-03-14T22:30:00-05:00')), '2021-03-14');
});

test('counts as the built-in calendar does', () => {
  const dates = fc.date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true });
  fc.assert(
    fc.property(dates, fc.integer({ min: -839, max: 840 }), (date, offset) => {
      const utc = date.toISOString();
      assert.is(firstInstant(read(utc)), utc);
      const sign = offset < 0 ? '-' : '+';
      const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((part) => String(part).padStart(2, '0'));
      const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
      fc.pre(local.length === 23 && !local.startsWith('0000'));
      assert.is(firstInstant(read(`${local}${sign}${hours}:${minutes}`)), utc);
    }),
  );
});

test.run();
