import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fhirShapes } from '../../../adapters/masking/shapes.js';
import { BASE64 } from '../../../adapters/scanning/base64.js';
import type { JsonObject } from '../../../domain/json/json-value.js';
import { outboundPolicyOf } from '../../../domain/masking/outbound-policy.js';
import { LIMITED_DATA_SET, PLANS, type Plan, SAFE_HARBOR } from '../../../domain/masking/plan.js';
import { maskResource } from '../../../domain/masking/walk.js';
import { knownOf } from '../../../domain/scanning/known-person.js';
import { outbound } from '../../../domain/scanning/outbound.js';
import { MASK_ALL, type ScanAction, type ScanPolicy } from '../../../domain/scanning/policy.js';
import { scanner } from '../../../domain/scanning/scan.js';
import { maskTools } from '../../support/mask-tools.js';

const test = suite('the last look at what leaves');
const shapes = fhirShapes();
const scan = scanner(knownOf({ resourceType: 'Patient', name: [{ family: 'Quimby', given: ['Zoe'] }], birthDate: '1971-05-06' }));
const leave = (resource: object, policy: ScanPolicy = MASK_ALL) => outbound(resource as JsonObject, { shapes, scan, policy, base64: BASE64 });
const passed = (resource: object, policy?: ScanPolicy): Record<string, unknown> => {
  const result = leave(resource, policy);
  assert.ok(result.kind === 'pass');
  return result.resource as Record<string, unknown>;
};
const always = (action: ScanAction): ScanPolicy => ({ name: 'x', version: 1, rules: [{ atLeast: 'possible', action }] });

test('texts are looked at wherever FHIR has them: words, narrative, notes, answers, contained resources, attachments of text', () => {
  const data = BASE64.encode('Seen: Zoe Quimby, SSN 219-09-9999');
  const shown = passed({
    resourceType: 'DocumentReference',
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Quimby</div>' },
    description: 'of Quimby, card 4111111111111111',
    contained: [{ resourceType: 'Observation', note: [{ text: 'a.b@example.org' }], component: [{ valueString: '(617) 555-0123' }] }],
    content: [
      { attachment: { contentType: 'text/plain', data, title: 'Quimby' } },
      { attachment: { contentType: 'application/pdf', data } },
      { attachment: { data } },
    ],
  });
  assert.equal(shown, {
    resourceType: 'DocumentReference',
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">[name]</div>' },
    description: 'of [name], card [card]',
    contained: [{ resourceType: 'Observation', note: [{ text: '[email]' }], component: [{ valueString: '[phone]' }] }],
    content: [
      { attachment: { contentType: 'text/plain', data: BASE64.encode('Seen: [name], SSN [ssn]'), title: '[name]' } },
      { attachment: { contentType: 'application/pdf', data } },
      { attachment: { data } },
    ],
  });
});

test('codes, references and what is an identifier by its type are no texts; what passes unchanged is the very resource that came', () => {
  const resource = {
    resourceType: 'Patient',
    id: 'Quimby',
    name: [{ family: 'Quimby' }],
    identifier: [{ value: '219-09-9999' }],
    link: [{ other: { reference: 'Patient/219-09-9999' }, type: 'seealso' }],
    birthDate: '1971-05-06',
    multipleBirthInteger: 2,
    photo: [{ contentType: 'text/plain', data: BASE64.encode('nobody') }],
  };
  const result = leave(resource);
  assert.ok(result.kind === 'pass' && !result.isChanged && result.resource === (resource as unknown));
});

test('what a mask has made is not taken for a find, and what stands beside other values is looked at', () => {
  const mark = { extension: [{ url: 'urn:clinical-ledger:mask', valueCode: 'format-preserving' }] };
  const beside = { extension: [{ url: 'urn:x', valueString: 'Quimby' }] };
  const shown = passed({
    resourceType: 'Group',
    name: '219-09-9999',
    _name: mark,
    characteristic: [{ valueReference: { display: '(617) 555-0123', _display: beside } }],
    _active: { extension: [{ url: 'urn:clinical-ledger:age', valueString: '95 years old' }] },
  });
  assert.is(shown['name'], '219-09-9999');
  assert.equal(shown['characteristic'], [{ valueReference: { display: '[phone]', _display: { extension: [{ url: 'urn:x', valueString: '[name]' }] } } }]);
  assert.match(JSON.stringify(shown['_active']), '95 years old');
  const names = { resourceType: 'Goal', x: ['219-09-9999', '219-09-9999'], _x: [mark, null] };
  assert.equal(passed(names)['x'], ['219-09-9999', '[ssn]'], 'item by item, and texts that no definition knows are looked at');
});

test('a source that says that a mask made its value is not believed: what a plan lets through is without it', () => {
  const said = {
    extension: [
      { url: 'urn:clinical-ledger:mask', valueCode: 'partial' },
      { url: 'urn:x', valueString: 'y' },
    ],
  };
  const result = maskResource({ resourceType: 'Group', name: 'of Quimby', _name: said } as JsonObject, { ...SAFE_HARBOR, base: 'none' }, maskTools());
  assert.ok(result.kind === 'masked');
  assert.equal(result.resource['_name'], { extension: [{ url: 'urn:x', valueString: 'y' }] });
});

test('marked, masked, held, blocked: as the policy says, and block is more than hold', () => {
  const resource = { resourceType: 'Condition', note: [{ text: 'Quimby' }, { text: 'fine' }] };
  assert.equal(passed(resource, always('mark'))['note'], [{ text: '[name: Quimby]' }, { text: 'fine' }]);
  assert.equal(passed(resource, always('ignore'))['note'], resource.note);
  assert.equal(leave(resource, always('hold')), { kind: 'hold', types: ['name'] });
  const both: ScanPolicy = {
    ...always('hold'),
    rules: [
      { types: ['ssn'], atLeast: 'likely', action: 'block' },
      { atLeast: 'likely', action: 'hold' },
    ],
  };
  assert.equal(leave({ resourceType: 'Condition', note: [{ text: 'Quimby' }, { text: 'SSN 219-09-9999' }] }, both), { kind: 'block', types: ['name', 'ssn'] });
});

test('of what a plan shows anyway texts may speak too; the rest is masked unless the policy of the house says more', () => {
  const rules = (plan: Partial<Plan>, roles: string[] = []) =>
    outboundPolicyOf({ ...SAFE_HARBOR, ...plan }, roles).rules.map(({ types = [], action }) => [...types, action]);
  assert.equal(rules({}), [['ignore'], ['mask'], ['mask']]);
  assert.equal(rules(LIMITED_DATA_SET), [['date', 'zip', 'ignore'], ['mask'], ['mask']]);
  assert.equal(rules({ outbound: 'hold' }), [['ignore'], ['hold'], ['mask']]);
  assert.equal(rules({ outbound: 'hold' }, ['privacy-officer']), [['ignore'], ['mark'], ['mark']]);
  assert.equal(rules({ outbound: 'block' }, ['privacy-officer']), [['ignore'], ['block'], ['mask']]);
  assert.equal(rules({ outbound: 'ignore' }), [['ignore'], ['ignore'], ['ignore']]);
});

test('under the plans that everybody has no text that names the person leaves', () => {
  const condition = {
    resourceType: 'Condition',
    subject: { reference: 'Patient/1' },
    code: { coding: [{ system: 'http://snomed.info/sct', code: '44054006', display: 'diabetes of Quimby' }] },
    note: [{ text: 'Quimby' }],
  };
  for (const plan of PLANS) {
    const result = maskResource(condition as JsonObject, plan, maskTools());
    assert.ok(result.kind === 'masked');
    const last = leave(result.resource, outboundPolicyOf(plan, []));
    assert.ok(last.kind === 'pass' && !JSON.stringify(last.resource).includes('Quimby'), plan.name);
  }
});

test.run();
