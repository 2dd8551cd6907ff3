import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BadConfiguration } from '../../../adapters/config.js';
import { plansFrom } from '../../../adapters/masking/policies-file.js';
import { fhirShapes } from '../../../adapters/masking/shapes.js';
import type { JsonObject } from '../../../domain/json/json-value.js';
import { PLANS } from '../../../domain/masking/plan.js';
import { policyFaults } from '../../../domain/masking/policy-check.js';
import { maskResource } from '../../../domain/masking/walk.js';
import type { MaskingPolicy, MaskRule } from '../../../schemas/phi/masking.js';
import { maskTools } from '../../support/mask-tools.js';

const test = suite<{ folder: string }>("a house's own masking policies", { folder: '' });
const shapes = fhirShapes();

const POLICY: MaskingPolicy = {
  name: 'registry',
  version: 3,
  description: 'For the registry of the county.',
  base: 'safe-harbor',
  dates: 'year',
  readers: [{ role: 'consumer', purposes: ['PUBHLTH'] }],
  rules: [
    { path: 'Patient.identifier.value', where: { type: 'MR' }, mask: { kind: 'format-preserving', as: 'mrn' } },
    { path: 'Condition.onsetDateTime', mask: { kind: 'shift' } },
    { path: 'ContactPoint.value', mask: { kind: 'partial' } },
    { path: 'Annotation.text', mask: { kind: 'scrub' } },
    { path: 'Coding.display', mask: { kind: 'keep' } },
  ],
};

test.before((world) => {
  world.folder = mkdtempSync(join(tmpdir(), 'policies-'));
});
test.after(({ folder }) => rmSync(folder, { recursive: true, force: true }));

function fileOf({ folder }: { folder: string }, content: unknown): string {
  const file = join(folder, 'policies.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

test('without a file there are the plans that everybody has; with one the policies of the house as well', (world) => {
  assert.equal(plansFrom(join(world.folder, 'none.json')), PLANS);
  const plans = plansFrom(fileOf(world, [POLICY]));
  assert.equal(plans.slice(PLANS.length), [{ ...POLICY, label: 'PSEUDED' }]);
});

test('a file that cannot be used stops the start, and says where it is wrong without saying what it holds', (world) => {
  const wrong: [unknown, RegExp][] = [
    ['{', /no JSON/],
    [{}, /breaks type/],
    [[{ ...POLICY, base: 'all-of-it' }], /\/0\/base/],
    [[{ ...POLICY, more: 1 }], /additionalProperties/],
    [[POLICY, POLICY], /policy 1: name-taken/],
    [[{ ...POLICY, name: 'safe-harbor' }], /policy 0: name-taken/],
    [[{ ...POLICY, rules: [{ path: 'Patient.nickname.text', mask: { kind: 'redact' } }] }], /policy 0, rule 0: unknown-path/],
    ['x'.repeat(1024 * 1024 + 1), /1 MiB/],
  ];
  for (const [content, words] of wrong) {
    assert.throws(
      () => plansFrom(fileOf(world, content)),
      (fault: unknown) => fault instanceof BadConfiguration && words.test(fault.message),
    );
  }
});

test('a mask that does not fit its element is refused by code: FF1 above all for dates and ZIP codes', () => {
  const faults = (rule: MaskRule) => policyFaults({ ...POLICY, rules: [rule] }, new Set(), shapes).map(({ code }) => code);
  assert.equal(faults({ path: 'Patient.birthDate', mask: { kind: 'format-preserving', as: 'mrn' } }), ['domain-too-small']);
  assert.equal(faults({ path: 'Address.postalCode', mask: { kind: 'format-preserving', as: 'mrn' } }), ['domain-too-small']);
  assert.equal(faults({ path: 'Patient.name.family', mask: { kind: 'shift' } }), ['not-a-date']);
  assert.equal(faults({ path: 'Patient.name.family', mask: { kind: 'generalise', to: 'zip3' } }), ['not-a-zip']);
  assert.equal(faults({ path: 'Patient.gender', mask: { kind: 'tokenize' } }), ['not-a-text']);
  assert.equal(faults({ path: 'HumanName', mask: { kind: 'partial' } }), ['not-a-text']);
  assert.equal(faults({ path: 'Patient.nickname', mask: { kind: 'redact' } }), ['unknown-path']);
  assert.equal(faults({ path: 'Sonnet', mask: { kind: 'redact' } }), ['unknown-path']);
  assert.equal(faults({ path: 'Observation.component.valueDateTime', mask: { kind: 'shift' } }), []);
  assert.equal(policyFaults({ ...POLICY, readers: [{ role: 'patient', purposes: ['PATRQT'] }] }, new Set(), shapes), [
    { rule: null, code: 'role-not-allowed' },
  ]);
  for (const plan of PLANS) assert.equal(policyFaults(plan, new Set(), shapes), [], plan.name);
});

test('rules reach into what the base would leave out, and nothing else of it stays', () => {
  const [plan] = [...PLANS, { ...POLICY, label: 'PSEUDED' as const }].slice(-1);
  assert.ok(plan !== undefined);
  const type = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] };
  const patient = {
    resourceType: 'Patient',
    identifier: [
      { type, system: 'urn:hospital', value: '00471147', assigner: { display: 'Quimby Clinic' } },
      { system: 'urn:other', value: '99' },
    ],
    name: [{ family: 'Quimby' }],
    telecom: [{ system: 'phone', value: '555-010-9988' }],
  };
  const result = maskResource(patient as JsonObject, plan, maskTools());
  assert.ok(result.kind === 'masked');
  const { identifier, telecom, name } = result.resource as { identifier: { value: string; type: unknown }[]; telecom: unknown; name?: unknown };
  assert.equal([identifier.length, name], [1, undefined]);
  assert.match(identifier[0]?.value ?? '', /^\d{8}$/);
  assert.equal(Object.keys(identifier[0] ?? {}).sort(), ['_value', 'type', 'value']);
  assert.equal(telecom, [{ system: 'phone', value: '***-***-9988', _value: { extension: [{ url: 'urn:clinical-ledger:mask', valueCode: 'partial' }] } }]);
});

test('a rule may keep the words of codes, and texts of which the scanner has taken what it found', () => {
  const condition = {
    resourceType: 'Condition',
    subject: { reference: 'Patient/1' },
    code: { coding: [{ system: 'http://snomed.info/sct', code: '44054006', display: 'Type 2 diabetes' }] },
    note: [{ authorString: 'Dr Nkemelu', text: 'Stable. Call (555) 010-9988.' }],
  };
  const result = maskResource(condition as JsonObject, { ...POLICY, label: 'PSEUDED' }, maskTools());
  assert.ok(result.kind === 'masked');
  assert.equal(result.resource['code'], { coding: [{ display: 'Type 2 diabetes', system: 'http://snomed.info/sct', code: '44054006' }] });
  assert.equal(result.resource['note'], [{ text: 'Stable. Call [phone].', _text: { extension: [{ url: 'urn:clinical-ledger:mask', valueCode: 'scrub' }] } }]);
});

test('a rule about a birth date is the last word on it, also of somebody over 89, and on what stands beside it', () => {
  const rules: MaskRule[] = [{ path: 'Patient.birthDate', mask: { kind: 'keep' } }];
  const patient = {
    resourceType: 'Patient',
    birthDate: '1931-05-06',
    _birthDate: { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] },
  };
  const result = maskResource(patient as JsonObject, { ...POLICY, rules, label: 'PSEUDED' }, maskTools());
  assert.ok(result.kind === 'masked');
  assert.equal([result.resource['birthDate'], result.resource['_birthDate']], ['1931-05-06', undefined]);
});

test('masks of lists stand item by item; one that does not fit says so by path and code', () => {
  const rules: MaskRule[] = [
    { path: 'HumanName.given', mask: { kind: 'partial' } },
    { path: 'Identifier.value', where: { type: 'SS' }, mask: { kind: 'format-preserving', as: 'ssn' } },
  ];
  const patient = { resourceType: 'Patient', name: [{ given: ['Zoe', 'Anne'] }], identifier: [{ type: { coding: [{}, { code: 'SS' }] }, value: '12' }] };
  const result = maskResource(patient as JsonObject, { ...POLICY, rules, label: 'PSEUDED' }, maskTools());
  assert.ok(result.kind === 'masked');
  const mark = { extension: [{ url: 'urn:clinical-ledger:mask', valueCode: 'partial' }] };
  assert.equal(result.resource['name'], [{ given: ['**e', '**ne'], _given: [mark, mark] }]);
  assert.equal([result.resource['identifier'], result.refused], [undefined, [{ path: 'Patient.identifier.value', code: 'domain-too-small' }]]);
});

test.run();
