import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { foundOf } from '../../../../adapters/cli/load/found.js';
import { bodyOf } from '../../../../adapters/cli/load/lines.js';
import { PatientNames, patientOf } from '../../../../adapters/cli/load/placing.js';

const test = suite('placing resources');
const found = (resource: object & { resourceType: string }, fullUrl: string | null = null) => foundOf(resource as never, JSON.stringify(resource), fullUrl);

test('a record is named by what its file calls it: an absolute fullUrl, else type and id, else nothing', () => {
  const resource = { resourceType: 'Observation', id: 'o1', meta: { versionId: '3' } };
  assert.is(found(resource, 'urn:uuid:1').recordId, 'urn:uuid:1');
  assert.is(found(resource, 'https://x.org/fhir/Observation/o1').recordId, 'https://x.org/fhir/Observation/o1');
  assert.is(found(resource, 'Observation/o1').recordId, 'Observation/o1');
  assert.is(found(resource).recordId, 'Observation/o1');
  assert.is(found(resource).version, '3');
  assert.is(found({ resourceType: 'Observation' }).recordId, null);
});

test('a patient answers to their fullUrl, to type and id, and to the end of a REST address', () => {
  const patient = { resourceType: 'Patient', id: 'p1' };
  assert.equal(found(patient, 'urn:uuid:1').names, ['urn:uuid:1', 'Patient/p1']);
  assert.equal(found(patient, 'http://x.org/fhir/Patient/p9').names, ['http://x.org/fhir/Patient/p9', 'Patient/p1', 'Patient/p9']);
});

test('a patient is looked for by medical record number, then by identifiers of no type, and by no other', () => {
  const of = (code: string) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code }] });
  const identifier = [
    { system: 'urn:plain', value: '1' },
    { type: of('SS'), system: 'urn:ss', value: '2' },
    { type: of('DL'), system: 'urn:dl', value: '3' },
    { type: { text: 'anything' }, system: 'urn:text', value: '4' },
    { type: of('MR'), system: 'urn:mr', value: '5' },
    { use: 'old', type: of('MR'), system: 'urn:mr', value: '6' },
    { value: '7' },
  ];
  assert.equal(found({ resourceType: 'Patient', identifier } as never).identifiers, [
    { system: 'urn:mr', value: '5' },
    { system: 'urn:plain', value: '1' },
  ]);
});

test('a reference means the patient of that name; a name that two share means nobody', () => {
  const beyond = new PatientNames();
  beyond.add(['Patient/far'], 'id-far');
  const names = new PatientNames(beyond);
  names.add(['urn:uuid:1', 'Patient/a'], 'id-a');
  names.add(['Patient/b'], 'id-b');
  names.add(['Patient/b'], 'id-other');
  assert.equal(
    ['urn:uuid:1', 'Patient/a', 'Patient/a/_history/2', 'Patient/b', 'Patient/far', 'Patient/none'].map((name) => names.find(name)),
    ['id-a', 'id-a', 'id-a', null, 'id-far', null],
  );
});

test('what names nobody goes to the only patient if its kind is about no person, and waits otherwise', () => {
  const names = new PatientNames();
  const place = (resource: object & { resourceType: string }, only: string | null) => patientOf(found(resource), names, only);
  for (const resourceType of ['Organization', 'Practitioner', 'Location', 'Medication', 'Device', 'Provenance']) {
    assert.equal(place({ resourceType }, 'id-1'), { patientId: 'id-1' }, resourceType);
    assert.is(place({ resourceType }, null), null);
  }
  assert.is(place({ resourceType: 'Observation' }, 'id-1'), null);
  assert.is(place({ resourceType: 'List', subject: { reference: 'Group/1' } } as never, 'id-1'), null);
});

test('a conditional reference is an identifier, in the body of the command', () => {
  const place = (reference: string) => patientOf(found({ resourceType: 'Condition', subject: { reference } } as never), new PatientNames(), 'id-1');
  assert.equal(place('Patient?identifier=urn%3Amrn|4%207'), { identifier: { system: 'urn:mrn', value: '4 7' } });
  assert.is(place('Patient?identifier=%E0|7'), null);
  assert.is(place('Patient?name=x'), null);
});

test('only line breaks and indentation go from what is sent, which is one line', () => {
  const text = '{\n  "resourceType": "Basic",\r\n\t"x": [7.00,\n 1e5, "a  b\\n c"]\n}';
  const body = bodyOf({ ...found({ resourceType: 'Basic', id: '1' } as never), text }, { patientId: 'p' });
  assert.is(body, '{"patientId":"p","sourceRecordId":"Basic/1","resource":{"resourceType": "Basic","x": [7.00,1e5, "a  b\\n c"]}}');
});

test.run();
