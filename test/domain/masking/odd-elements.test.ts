import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createFhirValidator } from '../../../adapters/fhir/validate.js';
import type { JsonObject } from '../../../domain/json/json-value.js';
import { jsonText } from '../../../domain/json/write.js';
import { LIMITED_DATA_SET, SAFE_HARBOR } from '../../../domain/masking/plan.js';
import { maskResource } from '../../../domain/masking/walk.js';
import { maskTools } from '../../support/mask-tools.js';

const test = suite('elements that are seldom or odd');
const validator = createFhirValidator();
const RACE = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race';

function shown(resource: object, plan = SAFE_HARBOR): JsonObject {
  const result = maskResource(resource as JsonObject, plan, maskTools());
  assert.ok(result.kind === 'masked');
  return result.resource;
}

test('what FHIR demands of what it demands says that it is masked too', () => {
  const party = { reference: 'Patient/1', display: 'Quimby' };
  const signature = { type: [{ system: 'urn:x', code: 'y' }], when: '2024-03-09T10:11:12Z', who: party, data: 'UXVpbWJ5' };
  const contract = shown({
    resourceType: 'Contract',
    signer: [{ type: { system: 'http://terminology.hl7.org/CodeSystem/contractsignertypecodes', code: 'PRIMAUTH' }, party, signature: [signature] }],
  });
  assert.equal(validator.validate(contract), [], jsonText(contract));
  assert.not.match(jsonText(contract), /Quimby|UXVpbWJ5|2024/);
});

test('that a person chose a code themselves stays; of a race that is told in words alone nothing does', () => {
  const masked = shown({
    resourceType: 'Patient',
    extension: [{ url: RACE, extension: [{ url: 'text', valueString: 'White' }] }],
    maritalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code: 'M', userSelected: true }] },
  });
  assert.equal(
    [masked['extension'], masked['maritalStatus']],
    [undefined, { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code: 'M', userSelected: true }] }],
  );
});

test('what stands in the place of a date and is none is left out, whatever becomes of dates', () => {
  for (const dates of ['keep', 'shift', 'year'] as const) {
    for (const birthDate of ['soon', 7]) assert.is(shown({ resourceType: 'Patient', birthDate }, { ...SAFE_HARBOR, dates })['birthDate'], undefined);
  }
});

test('of an address what there is of state, ZIP code and country stays; one of another country keeps the country alone', () => {
  const addresses = (address: object[], plan = SAFE_HARBOR) => shown({ resourceType: 'Patient', address }, plan)['address'];
  const partial = [{ postalCode: '05602' }, { state: 'VT' }, { text: '9 Elm Way' }, { city: 'Lyon', postalCode: '69001', country: 'FR' }];
  assert.equal(addresses(partial), [{ postalCode: '056' }, { state: 'VT' }, { country: 'FR' }]);
  assert.equal(addresses(partial, LIMITED_DATA_SET), [{ postalCode: '05602' }, { state: 'VT' }, { city: 'Lyon', postalCode: '69001', country: 'FR' }]);
});

test('a quantity without a number, and a reference that leads nowhere, go', () => {
  const observation = { resourceType: 'Observation', status: 'final', code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] } };
  const masked = shown({ ...observation, valueQuantity: { unit: 'mg' }, subject: { display: 'Zoe Quimby' }, encounter: { reference: 'the one of Quimby' } });
  assert.equal(Object.keys(masked), ['resourceType', 'meta', 'status', 'code']);
});

test('what is contained is masked under every plan, and what is no resource is left out', () => {
  const contained = [{ resourceType: 'Patient', id: 'p', birthDate: '2024-05-01', _nickname: { id: 'Zoe' } }, 7, { resourceType: 'ResourceList' }];
  const open = shown({ resourceType: 'Goal', contained }, { ...SAFE_HARBOR, base: 'none', dates: 'shift' });
  assert.equal(open['contained'], [{ resourceType: 'Patient', id: 'p', birthDate: '2024-04-10' }]);
});

test('a comparison stays with its number, and what is none goes', () => {
  const observation = { resourceType: 'Observation', status: 'final', code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] } };
  const measured = (comparator: unknown) => shown({ ...observation, valueQuantity: { value: 5, comparator, unit: 'mg' } })['valueQuantity'];
  const value = { value: 5, system: 'http://unitsofmeasure.org', code: 'mg' };
  assert.equal([measured('<='), measured('about'), measured(7)], [{ ...value, comparator: '<=' }, value, value]);
});

test('a time of day goes where dates become years, and stays where they stay', () => {
  const observation = {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
    valueTime: '10:11:12',
  };
  assert.equal([shown(observation)['valueTime'], shown(observation, LIMITED_DATA_SET)['valueTime']], [undefined, '10:11:12']);
});

test('what is nested deeper than anybody writes is left out, and nothing is thrown', () => {
  let deep: object = { url: 'ombCategory', valueCoding: { system: 'urn:oid:2.16.840.1.113883.6.238', code: '2106-3' } };
  for (let nested = 0; nested < 80; nested += 1) deep = { url: 'ombCategory', extension: [deep] };
  assert.is(shown({ resourceType: 'Patient', extension: [{ url: RACE, extension: [deep] }] })['extension'], undefined);
});

test.run();
