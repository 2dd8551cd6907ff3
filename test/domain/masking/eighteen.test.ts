import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createFhirValidator } from '../../../adapters/fhir/validate.js';
import type { JsonObject } from '../../../domain/json/json-value.js';
import { jsonText } from '../../../domain/json/write.js';
import { SAFE_HARBOR_IDENTIFIERS } from '../../../domain/masking/identifiers.js';
import { SAFE_HARBOR } from '../../../domain/masking/plan.js';
import { maskResource } from '../../../domain/masking/walk.js';
import { maskTools } from '../../support/mask-tools.js';

const test = suite('the eighteen identifiers of 45 CFR 164.514(b)(2)(i)');
const validator = createFhirValidator();

const patient = (more: object) => ({ resourceType: 'Patient', gender: 'female', ...more });
const contact = (system: string, value: string) => patient({ telecom: [{ system, value }] });
const numbered = (code: string, value: string) =>
  patient({ identifier: [{ type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code }] }, system: 'urn:h', value }] });
const device = (more: object) => ({ resourceType: 'Device', status: 'active', ...more });
const measured = (more: object) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
  ...more,
});
const picture = { contentType: 'image/png', data: 'cGljdHVyZQ==', title: 'face' };

/** Of each letter: what holds it in FHIR, what of it must be gone, and what the rule leaves. */
const LETTERS: readonly (readonly [letter: string, identifier: string, resource: object, gone: readonly string[], left?: readonly string[]])[] = [
  [
    'A',
    'names',
    patient({ name: [{ family: 'Quimby', given: ['Zoe'], text: 'Zoe Quimby' }], contact: [{ name: { text: 'Bo Quimby' } }] }),
    ['Quimby', 'Zoe', 'Bo'],
  ],
  [
    'B',
    'subdivisions smaller than a state',
    patient({ address: [{ line: ['9 Elm Way'], city: 'Quillport', district: 'Marsh', state: 'VT', postalCode: '05602-1234', country: 'US' }] }),
    ['Elm', 'Quillport', 'Marsh', '05602'],
    ['"VT"', '"056"'],
  ],
  ['B', 'ZIP areas of few people', patient({ address: [{ state: 'VT', postalCode: '05901', country: 'US' }] }), ['059'], ['"000"']],
  [
    'C',
    'dates but for the year',
    patient({ birthDate: '1971-05-06', deceasedDateTime: '2024-03-09T10:11:12Z' }),
    ['-05', '-03', '10:11'],
    ['"1971"', '"2024"'],
  ],
  ['C', 'ages over 89', patient({ birthDate: '1931-05-06' }), ['1931'], ['90 or older']],
  ['D', 'telephone numbers', contact('phone', '555-010-9988'), ['555']],
  ['E', 'fax numbers', contact('fax', '555-010-7766'), ['555']],
  ['F', 'e-mail addresses', contact('email', 'zoe@quimby.example'), ['zoe', 'quimby']],
  ['G', 'social security numbers', numbered('SS', '123-45-6789'), ['6789']],
  ['H', 'medical record numbers', numbered('MR', '00471147'), ['471147']],
  [
    'I',
    'health plan beneficiary numbers',
    {
      resourceType: 'Coverage',
      status: 'active',
      beneficiary: { reference: 'Patient/1' },
      payor: [{ reference: 'Organization/1' }],
      subscriberId: 'W123456',
      dependent: '01',
      order: 1,
    },
    ['W123456', '01"'],
  ],
  ['I', 'Medicare beneficiary identifiers', numbered('MC', '1EG4-TE5-MK73'), ['1EG4']],
  ['J', 'account numbers', { resourceType: 'Account', status: 'active', identifier: [{ value: 'ACC-99182' }], name: 'of Quimby' }, ['99182', 'Quimby']],
  [
    'K',
    'certificate and licence numbers',
    { resourceType: 'Practitioner', gender: 'male', qualification: [{ identifier: [{ value: 'LIC-4410' }], code: { text: 'MD 4410' } }] },
    ['4410'],
  ],
  ['K', 'licence numbers', numbered('DL', 'V4459981'), ['4459981']],
  ['L', 'vehicle identifiers', numbered('VIN', '1HGCM82633A004352'), ['1HGCM8']],
  [
    'M',
    'device identifiers and serial numbers',
    device({
      serialNumber: 'SN-7781',
      lotNumber: 'L-7782',
      distinctIdentifier: 'D-7783',
      udiCarrier: [{ deviceIdentifier: '00844588003288', carrierHRF: '(01)00844588003288' }],
    }),
    ['778', '0084458'],
  ],
  ['N', 'URLs', device({ url: 'https://quimby.example/device', meta: { profile: ['https://quimby.example/p'] } }), ['quimby']],
  [
    'O',
    'IP addresses',
    {
      resourceType: 'AuditEvent',
      type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
      recorded: '2024-03-09T10:11:12Z',
      agent: [{ requestor: true, network: { address: '203.0.113.77', type: '2' } }],
      source: { observer: { display: 'gate 203.0.113.77' } },
    },
    ['203.0.113'],
  ],
  [
    'P',
    'biometric identifiers',
    measured({ valueSampledData: { origin: { value: 0 }, period: 10, dimensions: 1, data: '1 2 3 778812' } }),
    ['778812', 'SampledData":{"or'],
  ],
  ['Q', 'full-face photographs', patient({ photo: [picture] }), ['cGljd', 'face']],
  ['Q', 'comparable images', { resourceType: 'Media', status: 'completed', content: picture }, ['cGljd', 'face']],
  ['R', 'any other unique number', measured({ valueString: 'study number 55521', identifier: [{ value: 'X-55521' }] }), ['55521']],
  ['R', 'codes of a house of its own', measured({ valueCodeableConcept: { coding: [{ system: 'urn:our-list', code: 'Q-55521' }] } }), ['55521', 'our-list']],
  ['R', 'numbers in the place of a count', measured({ valueInteger: 55521001 }), ['55521']],
  ['R', 'numbers in the place of a quantity', measured({ valueQuantity: { value: 55521001 } }), ['55521']],
  ['R', 'numbers in the place of a code', measured({ valueCodeableConcept: { coding: [{ system: 'http://snomed.info/sct', code: '55521001' }] } }), ['55521']],
  [
    'R',
    'languages, tribes and orders of birth',
    patient({
      language: 'qu-PE',
      communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'qu-PE' }] } }],
      multipleBirthInteger: 3,
      extension: [
        {
          url: 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race',
          extension: [
            { url: 'ombCategory', valueCoding: { system: 'urn:oid:2.16.840.1.113883.6.238', code: '1002-5' } },
            { url: 'detailed', valueCoding: { system: 'urn:oid:2.16.840.1.113883.6.238', code: '1586-7' } },
          ],
        },
      ],
    }),
    ['qu-PE', 'multipleBirth', '1586-7'],
    ['1002-5', '"female"'],
  ],
];

for (const [letter, identifier, resource, gone, left = []] of LETTERS) {
  test(`(${letter}) ${identifier}`, () => {
    const result = maskResource(resource as JsonObject, SAFE_HARBOR, maskTools());
    assert.ok(result.kind === 'masked');
    const text = jsonText(result.resource);
    for (const piece of gone) assert.not.ok(text.includes(piece), `${piece} in ${text}`);
    for (const piece of left) assert.ok(text.includes(piece), `${piece} not in ${text}`);
    assert.equal(validator.validate(result.resource), [], text);
  });
}

test('every letter from A to R is named by the table of the profile and by a test', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQR'];
  assert.equal([...new Set(SAFE_HARBOR_IDENTIFIERS.map((row) => row.letter))], letters);
  assert.equal([...new Set(LETTERS.map(([letter]) => letter))], letters);
});

test.run();
