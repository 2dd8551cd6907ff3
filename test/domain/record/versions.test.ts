import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addVersion, compareVersions, emptyLineage, isOutdated, type Lineage, orderVersions, type VersionRef } from '../../../domain/record/versions.js';

const test = suite('versions');

const wholeNumber = fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }).map(String);
const instant = fc
  .record({
    at: fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
    digits: fc.stringMatching(/^\d{0,12}$/),
    zone: fc.constantFrom('Z', '+02:00', '-09:30'),
  })
  .map(({ at, digits, zone }) => `${at.toISOString().slice(0, 19)}${digits === '' ? '' : `.${digits}`}${zone}`);
const label = fc.oneof(
  fc.stringMatching(/^[a-c]{1,2}$/),
  fc.constantFrom('v1', '1.0', '01', '-1', '2020-01-01', '2020-13-45T00:00:00Z', '1234567890123456789'),
);
const version = fc.oneof(fc.bigInt({ min: 0n, max: 5n }).map(String), wholeNumber, instant, label, fc.constant(null));

const heads = (lineage: Lineage<VersionRef>) => lineage.heads.map(({ eventId }) => eventId).sort();

function lineageOf(versions: readonly VersionRef[]): Lineage<VersionRef> {
  const lineage = emptyLineage<VersionRef>();
  for (const one of versions) addVersion(lineage, one, []);
  return lineage;
}

test('whole numbers compare as numbers, however long', () => {
  assert.is(compareVersions('10', '9'), 'higher');
  assert.is(compareVersions('999999999999999999', '999999999999999998'), 'higher');
  assert.is(compareVersions('0', '1'), 'lower');
});

test('instants compare as instants, to the last digit and across offsets', () => {
  assert.is(compareVersions('2026-01-01T00:00:00Z', '2026-01-01T00:30:00+01:00'), 'higher');
  assert.is(compareVersions('2026-01-01T01:00:00+01:00', '2026-01-01T00:00:00.000Z'), 'same');
  assert.is(compareVersions('2026-01-01T00:00:00.1234567Z', '2026-01-01T00:00:00.1234568Z'), 'lower');
});

test('anything else compares with nothing but itself', () => {
  for (const [left, right] of [
    ['1', '2026-01-01T00:00:00Z'],
    ['01', '1'],
    ['1.0', '1'],
    ['a', 'b'],
    ['2026-01-01', '2026-01-02'],
    [null, '1'],
    ['-1', '0'],
  ] as const) {
    assert.is(compareVersions(left, right), 'incomparable', `${left} and ${right}`);
    assert.is(compareVersions(right, left), 'incomparable', `${right} and ${left}`);
  }
  assert.is(compareVersions(null, null), 'same');
  assert.is(compareVersions('2020-13-45T00:00:00Z', '2020-13-46T00:00:00Z'), 'incomparable');
});

test('comparing is antisymmetric and transitive', () => {
  const opposite = { higher: 'lower', lower: 'higher', same: 'same', incomparable: 'incomparable' } as const;
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      assert.is(compareVersions(a, b), opposite[compareVersions(b, a)]);
      if (compareVersions(a, b) === 'higher' && compareVersions(b, c) === 'higher') assert.is(compareVersions(a, c), 'higher');
    }),
    { numRuns: 500 },
  );
});

test('for ties all versions stand in one order, whatever their kinds', () => {
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      assert.is(Math.sign(orderVersions(a, b)) + Math.sign(orderVersions(b, a)), 0);
      if (orderVersions(a, b) <= 0 && orderVersions(b, c) <= 0) assert.ok(orderVersions(a, c) <= 0);
      if (compareVersions(a, b) === 'higher') assert.ok(orderVersions(a, b) < 0);
    }),
    { numRuns: 500 },
  );
});

test('which versions are live does not depend on the order in which they came', () => {
  const set = fc.uniqueArray(version, { maxLength: 8 }).chain((versions) => {
    const refs = versions.map((sourceVersion, index) => ({ eventId: String(index), sourceVersion }));
    return fc.tuple(fc.constant(refs), fc.shuffledSubarray(refs, { minLength: refs.length }));
  });
  fc.assert(
    fc.property(set, ([inOrder, shuffled]) => {
      assert.equal(heads(lineageOf(inOrder)), heads(lineageOf(shuffled)));
    }),
    { numRuns: 500 },
  );
});

test('of versions that compare, only the highest is live', () => {
  fc.assert(
    fc.property(fc.uniqueArray(wholeNumber, { minLength: 1, maxLength: 8 }), (numbers) => {
      const lineage = lineageOf(numbers.map((sourceVersion) => ({ eventId: sourceVersion, sourceVersion })));
      const highest = numbers.reduce((best, next) => (BigInt(next) > BigInt(best) ? next : best));
      assert.equal(heads(lineage), [highest]);
    }),
  );
});

test('versions that do not compare are live side by side', () => {
  assert.equal(heads(lineageOf([null, '1', 'a', 'b', '2026-01-01T00:00:00Z'].map((sourceVersion, n) => ({ eventId: String(n), sourceVersion })))), [
    '0',
    '1',
    '2',
    '3',
    '4',
  ]);
});

test('a version takes the place of what it names, and is live itself unless it is outdated', () => {
  const lineage = lineageOf([{ eventId: 'a', sourceVersion: '3' }]);
  assert.ok(addVersion(lineage, { eventId: 'b', sourceVersion: '3' }, ['a']));
  assert.equal(heads(lineage), ['b']);
  assert.ok(isOutdated(lineage, '2'));
  assert.not.ok(isOutdated(lineage, '3'));
  assert.not.ok(isOutdated(lineage, null));
  assert.not.ok(addVersion(lineage, { eventId: 'c', sourceVersion: '2' }, []));
  assert.equal(heads(lineage), ['b']);
});

test.run();
