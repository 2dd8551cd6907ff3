import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type PatientPart, wholePatient } from '../../../adapters/fhir/bundle-patient.js';
import { nameBasedUuid } from '../../../adapters/fhir/bundle-urls.js';
import { createFhirValidator } from '../../../adapters/fhir/validate.js';
import { type Resolution, resolveFact } from '../../../domain/resolution/resolve.js';
import { assertionOf } from '../../domain/resolution/facts.js';

const test = suite('one Patient of many sources');
const ID = 'f6f7a2c4-0000-4000-8000-000000000001';
const OWNER = { tenant: 'acme', patientId: ID, members: [ID] };

/** What a source says of one element, as the reader opened it. */
function part(source: string, element: string, resource: string, event = source): PatientPart {
  const assertion = { ...assertionOf(source, 'p1'), category: 'demographics', element, resourceType: 'Patient' };
  const heads = assertion.heads.map((head) => ({ ...head, eventId: event }));
  const fact = { ...OWNER, factId: `${source}.${element}`, category: 'demographics', element, assertions: [{ ...assertion, heads }], cut: false };
  const context = { designations: [], organizations: new Map(), patients: OWNER.members, at: '2026-01-01T00:00:00.000Z' };
  return { resolution: resolveFact(fact, context) as Resolution, resource: `{"resourceType":"Patient",${resource}}` };
}

test('lists hold what all sources say, in their bytes, each thing once', () => {
  const { text, paths } = wholePatient(
    ID,
    [],
    [
      part('ehr', 'telecom', '"telecom":[ {"system":"phone",  "value":"1"} ]'),
      part('lis', 'telecom', '"telecom":[{"value":"1","system":"phone"},{"system":"phone","value":"2"}]'),
    ],
  );
  assert.is(text, `{"resourceType":"Patient","id":"${ID}","telecom":[{"system":"phone",  "value":"1"},{"system":"phone","value":"2"}]}`);
  assert.equal(
    [...paths],
    [
      ['ehr.telecom', ['Patient.telecom[0]']],
      ['lis.telecom', ['Patient.telecom[0]', 'Patient.telecom[1]']],
    ],
  );
});

test('the name in use goes first, a former one last', () => {
  const { text } = wholePatient(
    ID,
    [],
    [
      part('a', 'name', '"name":[{"use":"old","family":"A"}]'),
      part('b', 'name', '"name":[{"use":"nickname","text":"B"}]'),
      part('c', 'name', '"name":[{"use":"official","family":"C"}]'),
      part('d', 'name', '"name":[{"family":"D"}]'),
    ],
  );
  assert.equal(
    JSON.parse(text).name.map(({ family, text: nick }: Record<string, string>) => family ?? nick),
    ['C', 'D', 'B', 'A'],
  );
});

test('of single values one stands, with its own extensions and no other source’s', () => {
  const { text, paths } = wholePatient(
    ID,
    [],
    [
      part('a', 'managingOrganization', '"managingOrganization":{"display":"A"}'),
      part('b', 'managingOrganization', '"managingOrganization":{"display":"B"}'),
      part('c', 'deceased', '"deceasedBoolean":true'),
      part('d', 'deceased', '"deceasedDateTime":"2020","_deceasedDateTime":{"id":"x"}'),
      part('e', 'birthDate', '"_birthDate":{"extension":[{"url":"urn:x","valueCode":"unknown"}]}'),
    ],
  );
  assert.equal(JSON.parse(text), {
    resourceType: 'Patient',
    id: ID,
    managingOrganization: { display: 'A' },
    deceasedBoolean: true,
    _birthDate: { extension: [{ url: 'urn:x', valueCode: 'unknown' }] },
  });
  assert.equal(paths.get('b.managingOrganization'), undefined);
  assert.equal(createFhirValidator().validate(JSON.parse(text)), []);
});

test('references into contained resources never reach those of another source', () => {
  const practitioner = (name: string) => `{"resourceType":"Practitioner","id":"gp","name":[{"text":"${name}"}]}`;
  const { text } = wholePatient(
    ID,
    [],
    [
      part('b', 'generalPractitioner', '"generalPractitioner":[{"reference":"#gp"},{"reference":"Practitioner/9"}]'),
      part('b', 'contained', `"contained":[${practitioner('B')}]`),
      part('a', 'contained', `"contained":[${practitioner('A')}]`),
      part('a', 'generalPractitioner', '"generalPractitioner":[{"reference":"#gp"}]'),
    ],
  );
  const { contained, generalPractitioner } = JSON.parse(text);
  assert.equal(
    contained.map(({ name }: { name: { text: string }[] }) => name[0]?.text),
    ['A'],
  );
  assert.equal(generalPractitioner, [{ reference: '#gp' }, { reference: 'Practitioner/9' }]);
});

test('whom the patient absorbed is a link, and a patient of whom nothing is said is still a Patient', () => {
  assert.is(wholePatient(ID, [], []).text, `{"resourceType":"Patient","id":"${ID}"}`);
  const { text } = wholePatient(
    ID,
    ['f6f7a2c4-0000-4000-8000-000000000002'],
    [part('a', 'link', '"link":[{"other":{"reference":"Patient/2"},"type":"seealso"}]')],
  );
  assert.equal(
    JSON.parse(text).link.map(({ type }: { type: string }) => type),
    ['seealso', 'replaces'],
  );
});

test('the order in which facts are read changes no byte, and every list element stands somewhere', () => {
  const element = fc.record({ use: fc.constantFrom('home', 'work', 'old'), value: fc.string({ maxLength: 5 }) });
  const sources = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.array(element, { maxLength: 4 })), { selector: ([source]) => source });
  fc.assert(
    fc.property(
      sources.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([all, shuffled]) => {
        const made = (said: typeof all) =>
          wholePatient(
            ID,
            [],
            said.map(([source, telecom]) => part(source, 'telecom', `"telecom":${JSON.stringify(telecom)}`)),
          ).text;
        assert.is(made(all), made(shuffled));
        const stands = new Set<string>((JSON.parse(made(all)).telecom ?? []).map((one: object) => JSON.stringify(one)));
        assert.equal([...stands].sort(), [...new Set(all.flatMap(([, telecom]) => telecom.map((one) => JSON.stringify(one))))].sort());
      },
    ),
  );
});

test('a name-based UUID is that of RFC 9562', () => {
  // Appendix A.4: the DNS namespace and www.example.com.
  assert.is(nameBasedUuid('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com'), '2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

test.run();
