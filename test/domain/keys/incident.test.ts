import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { incidentOf } from '../../../domain/keys/incident.js';

const test = suite('the dates of an incident');
type Reported = Parameters<typeof incidentOf>[0];

const opened = (recordedAt: string, patients: number) => {
  const report = { recordedAt, data: { reportId: '00000000-0000-4000-8000-000000000001' } } as Reported;
  return incidentOf(report, { through: null, events: patients, patients, readers: 0, feeds: 0 }, '0'.repeat(64));
};

test('individuals are told within 60 days of the report', () => {
  assert.is(opened('2026-11-23T12:00:00.000Z', 1).individualsBy, '2027-01-22T12:00:00.000Z');
});

test('from 500 patients on the Secretary is told with them, below within 60 days of the end of the year of the report', () => {
  assert.is(opened('2026-11-23T12:00:00.000Z', 499).secretaryBy, '2027-03-02T00:00:00.000Z');
  assert.is(opened('2026-11-23T12:00:00.000Z', 500).secretaryBy, '2027-01-22T12:00:00.000Z');
  assert.is(opened('2026-12-31T23:59:59.999Z', 1).secretaryBy, '2027-03-02T00:00:00.000Z');
  assert.is(opened('2027-01-01T00:00:00.000Z', 1).secretaryBy, '2028-03-01T00:00:00.000Z');
});

test('the media come into question above 500, not at 500', () => {
  assert.equal(
    [500, 501].map((patients) => opened('2026-11-23T12:00:00.000Z', patients).mediaToBeJudged),
    [false, true],
  );
});

test.run();
