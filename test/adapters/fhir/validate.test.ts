import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createFhirValidator, type FhirIssue } from '../../../adapters/fhir/validate.js';

const test = suite('FHIR structure');
const validator = createFhirValidator();
const observation = (more: object = {}) => ({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, ...more });
const issues = (more: object): readonly FhirIssue[] => validator.validate(observation(more));
const first = (resource: unknown) => validator.validate(resource)[0];

test("accepts HL7's own examples", () => {
  const names = readdirSync('test/fixtures/fhir').filter((name) => name.endsWith('.json'));
  assert.ok(names.length >= 6);
  for (const name of names) assert.equal(validator.validate(JSON.parse(readFileSync(`test/fixtures/fhir/${name}`, 'utf8'))), [], name);
});

test('refuses what is no resource, and types that FHIR R4 does not have', () => {
  assert.equal(first({}), { path: '', rule: 'missing-resource-type', expected: 'resourceType' });
  for (const value of [null, [], 'x', 1]) assert.is(first(value)?.rule, 'type');
  for (const type of ['Secret', 'ResourceList', 'Element', 'Observation_Component', 'toString', 5])
    assert.is(first({ resourceType: type })?.rule, 'unknown-resource-type', String(type));
});

test('refuses members that FHIR does not know, without repeating their names', () => {
  const found = issues({ JohnDoe: 1, component: [{ code: { text: 'x' }, 'Jane/Doe': 2 }] });
  assert.equal(found.map(({ path, rule }) => `${path} ${rule}`).sort(), [' unknown-member', '/component/0 unknown-member']);
  assert.not.match(JSON.stringify(found), /Doe/);
});

test('demands the elements that must be there, primitives and choices too', () => {
  assert.equal(first({ resourceType: 'Observation', code: { text: 'x' } }), { path: '', rule: 'required', expected: 'status' });
  assert.equal(first({ resourceType: 'Observation', status: 'final' }), { path: '', rule: 'required', expected: 'code' });
  const request = { resourceType: 'MedicationRequest', status: 'active', intent: 'order', subject: { reference: 'Patient/1' } };
  assert.equal(first(request), { path: '', rule: 'required', expected: 'medication[x]' });
});

test('accepts extensions in the place of a required primitive, and nulls that keep places', () => {
  const absent = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] };
  assert.equal(validator.validate({ resourceType: 'Observation', _status: absent, code: { text: 'x' } }), []);
  assert.equal(validator.validate({ resourceType: 'Patient', name: [{ given: ['A', null], _given: [null, absent] }] }), []);
});

test('refuses two members of one choice', () => {
  assert.equal(issues({ valueString: 'x', valueInteger: 1 }), [{ path: '', rule: 'choice', expected: 'one of value[x]' }]);
  assert.equal(issues({ valueString: 'x', _valueString: { id: 'a' } }), []);
});

test('refuses wrong types and coerces none', () => {
  assert.equal(issues({ valueInteger: '1' }), [{ path: '/valueInteger', rule: 'type', expected: 'integer' }]);
  assert.equal(issues({ valueInteger: 1.5 })[0]?.path, '/valueInteger');
  assert.equal(issues({ subject: 'Patient/1' }), [{ path: '/subject', rule: 'type', expected: 'object' }]);
  assert.equal(issues({ component: {} }), [{ path: '/component', rule: 'type', expected: 'array' }]);
  assert.equal(issues({ valueBoolean: 'true' }), [{ path: '/valueBoolean', rule: 'type', expected: 'boolean' }]);
});

test('refuses codes that are not allowed and lists those that are', () => {
  const [issue] = issues({ status: 'secret' });
  assert.is(issue?.rule, 'code');
  assert.is(issue?.path, '/status');
  assert.match(issue?.expected ?? '', 'final');
});

test('refuses dates in a wrong form and days that no calendar has, wherever a date stands', () => {
  for (const effectiveDateTime of ['14.03.2021', '2021-02-30', '2021-03-14T10:00:00', '2021-03-14T10:00Z', '']) {
    assert.equal(issues({ effectiveDateTime }), [{ path: '/effectiveDateTime', rule: 'format', expected: 'dateTime' }], effectiveDateTime);
  }
  assert.equal(first({ resourceType: 'Patient', birthDate: '1970-01-01T00:00:00Z' }), { path: '/birthDate', rule: 'format', expected: 'date' });
  assert.equal(issues({ issued: '2021-03-14' }), [{ path: '/issued', rule: 'format', expected: 'instant' }]);
  assert.equal(issues({ effectivePeriod: { start: '2021-02-30' } })[0]?.path, '/effectivePeriod/start');
});

test('refuses empty strings, lists and objects', () => {
  assert.is(issues({ valueString: '' })[0]?.rule, 'format');
  assert.is(issues({ category: [] })[0]?.rule, 'empty');
  assert.is(issues({ subject: {} })[0]?.rule, 'empty');
});

test('refuses scripts in a narrative, and accepts words that look like them', () => {
  const text = (div: string) => issues({ text: { status: 'generated', div } });
  assert.equal(text('<div xmlns="http://www.w3.org/1999/xhtml">on = off, <b>form</b> &lt;script&gt;</div>'), []);
  for (const div of ['<div><script>x</script></div>', '<div><img onerror = "x"/></div>', '<div><a href=" javascript:x">y</a></div>', 'plain'])
    assert.is(text(div)[0]?.rule, 'format', div);
});

test('looks into contained resources and bundles, and says where', () => {
  assert.equal(issues({ contained: [{ resourceType: 'Patient', gender: 'x' }] })[0]?.path, '/contained/0/gender');
  const bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [{ resource: observation() }, { resource: observation({ status: 1 }) }, { resource: { resourceType: 'Nope' } }],
  };
  assert.equal(
    validator.validate(bundle).map(({ path }) => path),
    ['/entry/1/resource/status', '/entry/2/resource/resourceType'],
  );
});

test('changes nothing', () => {
  const resource = observation({ valueInteger: '1', JohnDoe: [1] });
  const before = JSON.stringify(resource);
  validator.validate(resource);
  assert.is(JSON.stringify(resource), before);
});

test('answers a resource that is wrong a thousand times, or nested without end, soon and briefly', () => {
  const started = Date.now();
  const codings = Array.from({ length: 30_000 }, () => ({ a: 1, b: 2, system: 5 }));
  assert.is(issues({ code: { coding: codings } }).length, 10);
  const spaces = `${' '.repeat(200_000)}!`;
  assert.is(issues({ text: { status: 'generated', div: `<div href=${spaces}` }, valueString: spaces }).length, 0);
  assert.is(first({ resourceType: 'Binary', contentType: 'text/plain', data: spaces })?.rule, 'format');
  let deep: object = { url: 'http://example.org/x' };
  for (let depth = 0; depth < 5000; depth += 1) deep = { url: 'http://example.org/x', extension: [deep] };
  assert.is(issues({ extension: [deep] })[0]?.rule, 'too-deep');
  assert.ok(Date.now() - started < 2000);
});

test.run();
