import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createFhirValidator } from '../../../adapters/fhir/validate.js';
import type { JsonObject } from '../../../domain/json/json-value.js';
import { parseLossless } from '../../../domain/json/lossless.js';
import { jsonText } from '../../../domain/json/write.js';
import { SAFE_HARBOR_IDENTIFIERS } from '../../../domain/masking/identifiers.js';
import { knownTexts } from '../../../domain/masking/known-texts.js';
import { LIMITED_DATA_SET, PLANS, SAFE_HARBOR } from '../../../domain/masking/plan.js';
import { maskResource } from '../../../domain/masking/walk.js';
import { AnyResource, RESOURCE_TYPES } from '../../support/any-resource.js';
import { maskTools } from '../../support/mask-tools.js';
import { runs } from '../../support/runs.js';

const test = suite('Safe Harbor');
const validator = createFhirValidator();
/** A date closer than its year, at the beginning of a text. */
const CLOSER_DATE = /"\d{4}-\d\d/;

function shown(resource: object, plan = SAFE_HARBOR, more = {}): JsonObject {
  const result = maskResource(resource as JsonObject, plan, maskTools(more));
  assert.is(result.kind, 'masked');
  return result.kind === 'masked' ? result.resource : {};
}

test('the table has all eighteen identifiers, A to R', () => {
  assert.is([...new Set(SAFE_HARBOR_IDENTIFIERS.map(({ letter }) => letter))].join(''), 'ABCDEFGHIJKLMNOPQR');
});

test('whatever a resource of any type holds, no text, id, number or closer date of it survives, and what is left is sound FHIR', () => {
  let kept = 0;
  fc.assert(
    fc.property(fc.constantFrom(...RESOURCE_TYPES), fc.integer(), (type, seed) => {
      const made = new AnyResource(seed);
      const resource = made.resource(type);
      assert.equal(validator.validate(resource), [], `made: ${JSON.stringify(resource)}`);
      const masked = shown(resource);
      const text = jsonText(masked);
      for (const marker of made.markers) assert.not.ok(text.includes(marker), `${marker} in ${text}`);
      assert.not.match(text, CLOSER_DATE);
      assert.equal(validator.validate(masked), [], `${JSON.stringify(resource)}\n${text}`);
      kept += Object.keys(masked).length - 2;
    }),
    { numRuns: runs(800) },
  );
  assert.ok(kept > runs(800), 'and something is left');
});

test('a limited data set and a shifted one lose the same texts, and stay sound', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...RESOURCE_TYPES),
      fc.integer(),
      fc.constantFrom(...PLANS.filter(({ base }) => base === 'limited-data-set')),
      (type, seed, plan) => {
        const made = new AnyResource(seed);
        const resource = made.resource(type);
        const masked = shown(resource, plan);
        const text = jsonText(masked);
        // Town, state and ZIP code stay, by the rule; everything else goes.
        const places = JSON.stringify(addressesIn(masked));
        for (const marker of made.markers) assert.ok(!text.includes(marker) || places.includes(marker), `${marker} in ${text}`);
        assert.equal(validator.validate(masked), [], text);
      },
    ),
    { numRuns: runs(800) },
  );
});

function addressesIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => (['city', 'state', 'postalCode'].includes(name) ? [member] : addressesIn(member)));
}

test('masks throw for no input, sound or not, under no plan', () => {
  fc.assert(
    fc.property(fc.constantFrom(...RESOURCE_TYPES.slice(0, 20)), fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(...PLANS), (type, value, plan) => {
      const odd = {
        resourceType: type,
        id: value,
        meta: value,
        text: value,
        identifier: value,
        name: value,
        birthDate: value,
        code: value,
        contained: value,
        _x: value,
      };
      maskResource(odd as JsonObject, plan, maskTools());
      maskResource(Object(value) as JsonObject, plan, maskTools());
    }),
    { numRuns: runs(500) },
  );
});

const PATIENT = {
  resourceType: 'Patient',
  id: 'mrn-4711',
  meta: { lastUpdated: '2026-01-02T03:04:05Z', source: 'urn:x' },
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Zoe Quimby</div>' },
  extension: [
    {
      url: 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race',
      extension: [
        { url: 'ombCategory', valueCoding: { system: 'urn:oid:2.16.840.1.113883.6.238', code: '2106-3', display: 'White' } },
        { url: 'text', valueString: 'White' },
      ],
    },
    { url: 'http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName', valueString: 'Brimble' },
  ],
  identifier: [{ type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] }, system: 'urn:h', value: '00471147' }],
  name: [{ family: 'Quimby', given: ['Zoe'] }],
  telecom: [{ system: 'phone', value: '(555) 010-9988' }],
  gender: 'female',
  birthDate: '1971-05-06',
  address: [
    { line: ['9 Elm Way'], city: 'Quillport', district: 'Marsh', state: 'Vermont', postalCode: '05602', country: 'US', period: { start: '2001-02-03' } },
  ],
  maritalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code: 'M' }], text: 'married to Bo' },
  multipleBirthBoolean: false,
  contact: [{ name: { family: 'Quimby' } }],
};

test('of a patient stay gender, year of birth, state, three digits of the ZIP code and codes that everybody shares', () => {
  assert.equal(shown(PATIENT), {
    resourceType: 'Patient',
    id: '11111111-2222-3333-4444-555555555555',
    meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'PSEUDED' }] },
    extension: [
      {
        url: 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race',
        extension: [{ url: 'ombCategory', valueCoding: { system: 'urn:oid:2.16.840.1.113883.6.238', code: '2106-3' } }],
      },
    ],
    gender: 'female',
    birthDate: '1971',
    address: [{ state: 'VT', postalCode: '056', country: 'US' }],
    maritalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code: 'M' }] },
    multipleBirthBoolean: false,
  });
});

test('of the same patient a limited data set has the dates, the town and the whole ZIP code, and neither name nor number', () => {
  const { birthDate, address, ...rest } = shown(PATIENT, LIMITED_DATA_SET);
  assert.equal([birthDate, address], ['1971-05-06', [{ city: 'Quillport', state: 'Vermont', postalCode: '05602', country: 'US' }]]);
  assert.equal(Object.keys(rest), ['resourceType', 'id', 'meta', 'extension', 'gender', 'maritalStatus', 'multipleBirthBoolean']);
});

test('a birth date that tells of an age over 89 becomes "90 or older"; so does an age, and years so long ago are left out', () => {
  const old = shown({ ...PATIENT, birthDate: '1936-12-31' });
  assert.is(old['birthDate'], undefined);
  assert.match(jsonText(old['_birthDate'] ?? null), '90 or older');
  assert.is(shown({ ...PATIENT, birthDate: '1937-01-01' })['birthDate'], '1937');
  const condition = { resourceType: 'Condition', subject: { reference: 'Patient/1' }, recordedDate: '1931-02-03' };
  const aged = (value: number, unit: string) => shown({ ...condition, onsetAge: { value, unit, system: 'http://unitsofmeasure.org', code: unit } })['onsetAge'];
  const capped = { value: 90, comparator: '>=', system: 'http://unitsofmeasure.org', code: 'a' };
  assert.equal([aged(93, 'a'), aged(1100, 'mo'), aged(40_000, 'd')], [capped, capped, capped]);
  assert.equal(aged(89, 'a'), { value: 89, system: 'http://unitsofmeasure.org', code: 'a' });
  assert.is(shown(condition)['recordedDate'], undefined);
  const observed = (value: object) =>
    shown({ resourceType: 'Observation', status: 'final', code: { coding: [{ system: 'http://loinc.org', code: '30525-0' }] }, ...value });
  assert.equal(observed({ valueQuantity: { value: 93 } })['valueQuantity'], capped);
  assert.equal([observed({ valueInteger: 93 })['valueInteger'], observed({ valueInteger: 88 })['valueInteger']], [undefined, 88]);
  const range = { low: { value: 91, unit: 'a' }, high: { value: 95 } };
  assert.equal(observed({ valueRange: range })['valueRange'], { low: capped, high: capped }, 'also at the ends of a range, where one has no unit');
});

test('the patient is the pseudonym wherever a resource refers to them; other references agree with the ids they name', () => {
  const encounter = shown({
    resourceType: 'Encounter',
    id: 'e-1',
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
  });
  const condition = shown({
    resourceType: 'Condition',
    subject: { reference: 'urn:uuid:p' },
    encounter: { reference: 'https://ehr.example/fhir/Encounter/e-1/_history/2' },
  });
  assert.equal(condition['subject'], { reference: 'Patient/11111111-2222-3333-4444-555555555555' });
  assert.equal(condition['encounter'], { reference: `Encounter/${encounter['id']}` });
});

test('why a value is absent is said as it was; what else stands beside a primitive goes, unless the plan keeps what no rule names', () => {
  const url = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
  const absent = { extension: [{ url, valueCode: 'unknown' }] };
  const born = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/patient-birthTime', valueDateTime: '1971-05-06T07:08:09Z' }] };
  const patient = { resourceType: 'Patient', birthDate: '1971-05-06', _birthDate: born, _gender: absent };
  const { _gender, _birthDate } = shown(patient);
  assert.equal([_gender, _birthDate], [absent, undefined]);
  const given = [{ given: ['Zoe', 'Ann'], _given: [null, absent] }];
  const open = shown({ ...patient, contact: [{ name: given[0] }] }, { ...SAFE_HARBOR, base: 'none', dates: 'shift' });
  assert.equal(open['contact'], [{ name: given[0] }]);
  assert.equal(
    open['_birthDate'],
    { extension: [{ ...born.extension[0], valueDateTime: '1971-04-15T07:08:09Z' }] },
    'and dates beside dates are moved as well',
  );
});

test('a contained resource is walked as any other, and the reference into it agrees', () => {
  const masked = shown({
    resourceType: 'MedicationRequest',
    status: 'active',
    intent: 'order',
    subject: { reference: '#' },
    contained: [
      {
        resourceType: 'Medication',
        id: 'drug-of-Quimby',
        code: { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '860975' }], text: 'for Quimby' },
      },
      { resourceType: 'Patient', id: 'p', name: [{ family: 'Quimby' }], gender: 'female' },
      { resourceType: 'Sonnet', id: 's' },
    ],
    medicationReference: { reference: '#drug-of-Quimby', display: 'Quimby' },
  });
  assert.not.match(jsonText(masked), 'Quimby');
  const [drug, patient, ...others] = masked['contained'] as JsonObject[];
  assert.equal([masked['medicationReference'], others], [{ reference: `#${drug?.['id']}` }, []]);
  assert.equal([drug?.['code'], patient?.['gender']], [{ coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '860975' }] }, 'female']);
  assert.equal(validator.validate(masked), []);
});

test('a resource that carries a modifier extension is withheld: without it the rest would say something else', () => {
  const condition = { resourceType: 'Condition', subject: { reference: 'Patient/1' }, modifierExtension: [{ url: 'urn:not', valueBoolean: true }] };
  assert.equal(maskResource(condition, SAFE_HARBOR, maskTools()), { kind: 'withheld', why: 'modifier-extension' });
  assert.equal(maskResource({ resourceType: 'Sonnet' }, SAFE_HARBOR, maskTools()), { kind: 'withheld', why: 'unknown-type' });
});

test('what is known of the person goes even from places that are safe by their type', () => {
  const known = knownTexts([{ resourceType: 'Patient', name: [{ family: 'Anders' }], identifier: [{ system: 'urn:h', value: '38341003' }] }]);
  const request = (status: string, code: string) => ({
    resourceType: 'MedicationRequest',
    status,
    intent: 'order',
    subject: { reference: 'Patient/1' },
    medicationCodeableConcept: { coding: [{ system: 'http://snomed.info/sct', code }] },
  });
  const kept = shown(request('active', '387517004'), SAFE_HARBOR, { known });
  assert.equal([kept['status'], kept['medicationCodeableConcept']], ['active', { coding: [{ system: 'http://snomed.info/sct', code: '387517004' }] }]);
  const slipped = shown(request('anders', '38341003'), SAFE_HARBOR, { known });
  assert.not.match(jsonText(slipped), /anders|38341003/i);
  assert.equal(validator.validate(slipped), [], 'what FHIR demands says that it is masked');
  const code = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/anders-list', code: 'word' }] };
  const valueQuantity = { value: 5, system: 'http://unitsofmeasure.org', code: '{anders}' };
  const observation = { resourceType: 'Observation', status: 'final', code, valueQuantity };
  assert.match(jsonText(shown(observation)), 'anders', 'of somebody else it is a unit and a list like any other');
  assert.not.match(jsonText(shown(observation, SAFE_HARBOR, { known })), /anders/i);
});

test('a number keeps its digits and gets its unit in UCUM; a number whose unit nobody knows goes', () => {
  const weight = (value: string, unit: string) =>
    shown(
      parseLossless(
        `{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"valueQuantity":{"value":${value},"unit":"${unit}"}}`,
        'lexeme',
      ) as JsonObject,
    );
  assert.match(jsonText(weight('70.00', 'kg')), '"valueQuantity":{"value":70.00,"system":"http://unitsofmeasure.org","code":"kg"}');
  assert.is(weight('70', 'of Quimby')['valueQuantity'], undefined);
});

test('a whole made-up person: every resource stays sound, codes and numbers are there, name, address and dates are not', () => {
  const file = gunzipSync(readFileSync('test/fixtures/synthea/whole-patient.json.gz')).toString('utf8');
  const { entry } = JSON.parse(file) as { entry: { resource: JsonObject & { resourceType: string } }[] };
  const patient = entry.find(({ resource }) => resource.resourceType === 'Patient')?.resource as JsonObject;
  const known = knownTexts([patient]);
  let codes = 0;
  for (const { resource } of entry) {
    const result = maskResource(resource, SAFE_HARBOR, maskTools({ known }));
    if (result.kind === 'withheld') continue;
    assert.equal(validator.validate(result.resource), [], resource.resourceType);
    const text = jsonText(result.resource);
    assert.not.match(text, CLOSER_DATE);
    codes += text.split('"http://snomed.info/sct"').length + text.split('"http://loinc.org"').length - 2;
    for (const word of personalWords(patient)) assert.not.ok(text.includes(word), `${word} in ${resource.resourceType}`);
  }
  assert.ok(codes > 50, `${codes} codes`);
});

function personalWords(patient: JsonObject): string[] {
  const { name, address, identifier } = patient as {
    name: { family: string; given: string[] }[];
    address: { line: string[]; city: string }[];
    identifier: { value: string }[];
  };
  return [
    ...name.flatMap(({ family, given }) => [family, ...given]),
    ...address.flatMap(({ line, city }) => [...line, city]),
    ...identifier.map(({ value }) => value),
  ];
}

test.run();
