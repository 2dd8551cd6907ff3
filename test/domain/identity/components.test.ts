import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type FhirResource, statementsOf } from '../../../domain/identity/statements.js';
import { concept, loinc, resource } from './resources.js';

const test = suite('panels');
const VITAL = [concept({ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' })];
const AT = '2021-03-14T10:00:00Z';
const sign = (code: string, value: number, more: object = {}) => ({ code: concept(loinc(code)), valueQuantity: { value, code: 'mm[Hg]' }, ...more });
const panel = (components: readonly object[], more: object = {}) =>
  resource('Observation', { status: 'final', category: VITAL, code: concept(loinc('85354-9')), effectiveDateTime: AT, component: components, ...more });
const partsIn = (of: FhirResource) => statementsOf(of).map(({ part }) => part);

const SYSTOLIC = 'http://loinc.org|8480-6';
const DIASTOLIC = 'http://loinc.org|8462-4';

test('of vital signs make no fact of their own where every component has a code', () => {
  assert.equal(partsIn(panel([sign('8480-6', 120), sign('8462-4', 80)])), [DIASTOLIC, SYSTOLIC]);
});

test('make one where they say something themselves, or a component has no code', () => {
  assert.equal(partsIn(panel([sign('8480-6', 120)], { valueString: 'sitting' })), [null, SYSTOLIC]);
  assert.equal(partsIn(panel([sign('8480-6', 120)], { dataAbsentReason: concept({ code: 'unknown' }) })), [null, SYSTOLIC]);
  assert.equal(partsIn(panel([sign('8480-6', 120), { code: { text: 'felt' }, valueString: 'weak' }])), [null, SYSTOLIC]);
});

test('stay whole if they are no vital signs or have no codes', () => {
  assert.equal(partsIn(panel([sign('8480-6', 120)], { category: [concept({ code: 'laboratory' })] })), [null]);
  assert.equal(partsIn(panel([{ code: { text: 'felt' }, valueString: 'weak' }])), [null]);
  assert.equal(partsIn(panel([], { hasMember: [{ reference: 'Observation/1' }] })), [null]);
});

test('say one thing of a code that stands there twice', () => {
  const twice = statementsOf(panel([sign('8480-6', 120), sign('8480-6', 130)]));
  assert.equal(
    twice.map(({ part, precision }) => [part, precision]),
    [[SYSTOLIC, []]],
  );
  assert.is(twice[0]?.value, statementsOf(panel([sign('8480-6', 130), sign('8480-6', 120)]))[0]?.value);
  assert.is.not(twice[0]?.value, statementsOf(panel([sign('8480-6', 120)]))[0]?.value);
});

test('lose no modifier, position or device of the whole', () => {
  const plain = statementsOf(panel([sign('8480-6', 120)]))[0];
  const modifier = { modifierExtension: [{ url: 'http://example.org/estimated', valueBoolean: true }] };
  for (const other of [
    panel([sign('8480-6', 120, modifier)]),
    panel([sign('8480-6', 120)], modifier),
    panel([sign('8480-6', 120)], { bodySite: { text: 'left arm' } }),
  ])
    assert.is.not(statementsOf(other)[0]?.value, plain?.value);
});

test('of a thousand components make 64 statements, in any order the same, and few names together', () => {
  const identifier = Array.from({ length: 100 }, (_, index) => ({ system: 'http://a.example', value: `v${index}` }));
  const many = Array.from({ length: 1000 }, (_, index) => sign(`${10_000 + index}-1`, index));
  const statements = statementsOf(panel(many, { identifier }));
  assert.is(statements.length, 64);
  assert.ok(statements.flatMap(({ identity }) => identity).length <= 1024);
  assert.equal(statements, statementsOf(panel([...many].reverse(), { identifier })));
});

test.run();
