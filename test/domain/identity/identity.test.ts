import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { agree, concept, cvx, icd10, identityOf, loinc, meet, ndc, resource, rxnorm, sct } from './resources.js';

const test = suite('identity');
const id = (value: string, more: object = {}) => ({ identifier: [{ system: 'http://hospital.example/ids', value, ...more }] });

test('an allergy is its substance, whatever is said of it', () => {
  const a = resource('AllergyIntolerance', { code: concept(sct('91936005')), criticality: 'high', onsetDateTime: '2019' });
  const b = resource('AllergyIntolerance', { code: concept(rxnorm('7980'), sct('91936005')), verificationStatus: concept({ code: 'refuted' }) });
  assert.ok(meet(a, b));
  assert.is(identityOf(b).length, 2);
  assert.equal(identityOf(resource('AllergyIntolerance', { code: { text: 'Penicillin' } })), []);
});

test('a shared business identifier joins resources of one type and not of two', () => {
  const a = resource('Condition', id('1'));
  assert.ok(meet(a, resource('Condition', id('1'))));
  assert.not.ok(meet(a, resource('Procedure', id('1'))));
  assert.not.ok(meet(a, resource('Condition', id('2'))));
});

test('an identifier that is temporary, old, without system or a placeholder joins nothing', () => {
  for (const more of [{ use: 'temp' }, { use: 'old' }, { system: undefined }, { value: '999999999' }, { value: '000-00-0000' }, { value: 'unknown' }]) {
    assert.equal(identityOf(resource('Condition', id('1', more))), [], JSON.stringify(more));
  }
});

test('no trick with separators makes two identifiers one', () => {
  const a = resource('Condition', { identifier: [{ system: 'a|b', value: 'c' }] });
  const b = resource('Condition', { identifier: [{ system: 'a', value: 'b|c' }] });
  assert.not.ok(meet(a, b));
});

test('a problem is its code and site, a diagnosis of an encounter has an onset as well', () => {
  const problem = (onset: string, more: object = {}) =>
    resource('Condition', { code: concept(sct('44054006'), icd10('E11.9')), onsetDateTime: onset, ...more });
  const visit = { category: [concept({ system: 'http://terminology.hl7.org/CodeSystem/condition-category', code: 'encounter-diagnosis' })] };
  assert.ok(meet(problem('2019'), problem('2020')));
  assert.not.ok(meet(problem('2019'), problem('2019', { bodySite: [concept(sct('7771000'))] })));
  assert.not.ok(meet(problem('2019', visit), problem('2020', visit)));
  assert.ok(meet(problem('2019', visit), problem('2019', visit)));
  const relapse = { clinicalStatus: concept({ code: 'relapse' }) };
  assert.not.ok(meet(problem('2019'), problem('2020', relapse)));
});

test('times meet across zones and not across precisions', () => {
  const at = (time: string) => resource('Procedure', { code: concept(sct('80146002')), performedDateTime: time });
  assert.ok(meet(at('2021-03-14T22:00:00-05:00'), at('2021-03-15T03:00:00Z')));
  assert.not.ok(meet(at('2021-03'), at('2021-03-14')));
  const period = resource('Procedure', { code: concept(sct('80146002')), performedPeriod: { start: '2021-03-15T03:00:00Z', end: '2021-03-15T04:00:00Z' } });
  assert.ok(meet(at('2021-03-15T03:00:00Z'), period));
});

test('a laboratory result is the number with the code, so that a panel is not one fact', () => {
  const result = (code: string, more: object = {}) =>
    resource('Observation', { ...id('F-1'), code: concept(loinc(code)), category: [concept({ code: 'laboratory' })], ...more });
  assert.ok(meet(result('2345-7'), result('2345-7', { effectiveDateTime: '2021-03-14T10:00:00Z' })));
  assert.not.ok(meet(result('2345-7'), result('2951-2')));
});

test('value and status are no part of what an observation is', () => {
  const pulse = (value: number, status: string) =>
    resource('Observation', { status, code: concept(loinc('8867-4')), effectiveDateTime: '2021-03-14T10:00:00Z', valueQuantity: { value, code: '/min' } });
  assert.ok(meet(pulse(60, 'final'), pulse(80, 'amended')));
});

test('specimens tell results of one moment apart', () => {
  const culture = (specimen: string) =>
    resource('Observation', {
      code: concept(loinc('600-7')),
      category: [concept({ code: 'laboratory' })],
      effectiveDateTime: '2021-03-14T10:00:00Z',
      specimen: { reference: specimen },
    });
  assert.not.ok(meet(culture('Specimen/left'), culture('Specimen/right')));
  assert.ok(meet(culture('Specimen/left'), culture('Specimen/left/_history/2')));
});

test('a vaccination is its vaccine and the day as it was written', () => {
  const dose = (coding: object, occurrenceDateTime: string, status = 'completed') =>
    resource('Immunization', { status, vaccineCode: concept(coding), occurrenceDateTime });
  assert.ok(meet(dose(cvx('03'), '2021-03-14'), dose(cvx('3'), '2021-03-14T22:00:00-05:00', 'not-done')));
  assert.not.ok(meet(dose(cvx('3'), '2021-03-14'), dose(cvx('94'), '2021-03-14')));
  assert.equal(identityOf(dose(cvx('3'), '2021-03')), []);
  assert.ok(meet(dose(ndc('0002-1433-80'), '2021-03-14'), dose(ndc('00002143380'), '2021-03-14')));
  const [packed, named] = [dose(ndc('49281-0416-88'), '2021-03-14'), dose(cvx('150'), '2021-03-14')];
  assert.ok(meet(packed, named) && agree(packed, named));
});

test('what is stated, ordered, given and dispensed are four things', () => {
  const drug = { medicationCodeableConcept: concept(rxnorm('314076')) };
  const time = '2021-03-14T10:00:00Z';
  const all = [
    resource('MedicationStatement', { ...drug, effectiveDateTime: time }),
    resource('MedicationRequest', { ...drug, authoredOn: time, intent: 'order', requester: { reference: 'Practitioner/1' } }),
    resource('MedicationAdministration', { ...drug, effectiveDateTime: time }),
    resource('MedicationDispense', { ...drug, whenHandedOver: time }),
  ];
  for (const one of all) {
    assert.is(identityOf(one).length, 1, one.resourceType);
    assert.is(all.filter((other) => meet(one, other)).length, 1, one.resourceType);
  }
});

test('a drug may be contained, and several ingredients are one drug', () => {
  const statement = (medication: object) =>
    resource('MedicationStatement', {
      contained: [{ resourceType: 'Medication', id: 'm', ...medication }],
      medicationReference: { reference: '#m' },
      effectiveDateTime: '2021',
    });
  const plain = resource('MedicationStatement', { medicationCodeableConcept: concept(rxnorm('314076')), effectiveDateTime: '2021' });
  assert.ok(meet(statement({ code: concept(rxnorm('314076')) }), plain));
  const [a, b] = ['1191', '161'].map((code) => ({ itemCodeableConcept: concept(rxnorm(code)) }));
  assert.ok(meet(statement({ ingredient: [a, b] }), statement({ ingredient: [b, a] })));
  assert.not.ok(meet(statement({ ingredient: [a, b] }), statement({ ingredient: [a] })));
  assert.equal(identityOf(resource('MedicationStatement', { medicationReference: { reference: 'Medication/1' }, effectiveDateTime: '2021' })), []);
});

test('a dose whose minute is not known joins nothing', () => {
  const given = (time: string) => resource('MedicationAdministration', { medicationCodeableConcept: concept(rxnorm('314076')), effectiveDateTime: time });
  assert.equal(identityOf(given('2021-03-14')), []);
});

test('a device is its serial number too: two leads of one model are two implants', () => {
  const lead = (serialNumber: string) =>
    resource('Device', {
      udiCarrier: [{ deviceIdentifier: '00844588003288' }],
      serialNumber,
      identifier: [{ system: 'http://hl7.org/fhir/NamingSystem/gs1-di', value: '00844588003288' }],
    });
  assert.ok(meet(lead('A1'), lead('A1')));
  assert.not.ok(meet(lead('A1'), lead('A2')));
});

test('an encounter needs class, start and provider, a coverage payer and member', () => {
  const visit = { class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' }, period: { start: '2021-03-14T10:00:00Z' } };
  assert.equal(identityOf(resource('Encounter', visit)), []);
  assert.is(identityOf(resource('Encounter', { ...visit, serviceProvider: { reference: 'Organization/1' } })).length, 1);
  const coverage = (start: string) => resource('Coverage', { payor: [{ reference: 'Organization/1' }], subscriberId: 'S1', period: { start } });
  assert.ok(meet(coverage('2021-01-01'), coverage('2021-01-01')));
  assert.not.ok(meet(coverage('2021-01-01'), coverage('2022-01-01')));
});

test('an order is its number and never that of its group', () => {
  const group = { system: 'http://hospital.example/groups', value: 'G1' };
  const order = (value: string, more: object = {}) =>
    resource('ServiceRequest', { requisition: group, identifier: [{ system: 'http://hospital.example/ids', value }, group], ...more });
  assert.ok(meet(order('1'), order('1')));
  assert.not.ok(meet(order('1'), order('2')));
  const placerGroup = { ...group, type: concept({ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'PGN' }) };
  assert.not.ok(meet(resource('ServiceRequest', { identifier: [placerGroup] }), resource('ServiceRequest', { identifier: [placerGroup] })));
});

test('a number without a system is its assigner with it, and nothing without one', () => {
  const number = (assigner: object) => resource('ServiceRequest', { identifier: [{ value: '1', assigner }] });
  const lab = { identifier: { system: 'http://hl7.org/fhir/sid/us-npi', value: '1234567893' } };
  assert.ok(meet(number(lab), number({ ...lab, display: 'Laboratory' })));
  assert.equal(identityOf(number({ display: 'Laboratory' })), []);
});

test('reports on one specimen share an accession number and stay separate', () => {
  const accession = { type: concept({ code: 'ACSN' }), system: 'http://lab.example/accessions', value: 'A1' };
  const report = (code: string) => resource('DiagnosticReport', { identifier: [accession], code: concept(loinc(code)) });
  assert.ok(meet(report('58410-2'), report('58410-2')));
  assert.not.ok(meet(report('58410-2'), report('24323-8')));
});

test('two versions of a document are two, though they share the number of all versions', () => {
  const version = (value: string) => resource('DocumentReference', { ...id('set'), masterIdentifier: { system: 'urn:ietf:rfc:3986', value } });
  assert.not.ok(meet(version('urn:oid:1.2.3.1'), version('urn:oid:1.2.3.2')));
  const cda = (valueString: string) =>
    resource('Composition', {
      ...id('set'),
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/composition-clinicaldocument-versionNumber', valueString }],
    });
  assert.ok(meet(cda('1'), cda('1')));
  assert.not.ok(meet(cda('1'), cda('2')));
});

test('a history of a disease is not the disease', () => {
  const condition = (...codings: readonly object[]) => resource('Condition', { code: concept(...codings) });
  assert.not.ok(meet(condition(icd10('Z85.3')), condition(icd10('C50.9'))));
  assert.not.ok(meet(condition(sct('429740004')), condition(sct('254837009'))));
});

test('a class of substances and a member of it are two allergies', () => {
  const allergy = (code: string) => resource('AllergyIntolerance', { code: concept(sct(code)) });
  assert.not.ok(meet(allergy('764146007'), allergy('323389000')));
});

test('a document is its master identifier', () => {
  const document = resource('DocumentReference', { masterIdentifier: { system: 'urn:ietf:rfc:3986', value: 'urn:oid:1.2.3' }, status: 'current' });
  assert.is(identityOf(document).length, 1);
});

test('tokens of two categories never meet, and a resource has few', () => {
  const lab = resource('Observation', { ...id('1'), code: concept(loinc('2345-7')), category: [concept({ code: 'laboratory' })] });
  const other = resource('Observation', { ...id('1'), code: concept(loinc('2345-7')) });
  assert.not.ok(meet(lab, other));
  const many = (make: (index: number) => object) => Array.from({ length: 2000 }, (_, index) => make(index));
  const swollen = resource('Observation', {
    identifier: many((index) => ({ system: 'a', value: `v${index}` })),
    code: concept(...many((index) => sct(String(10_000_000 + index)))),
  });
  assert.is(identityOf(swollen).length, 128);
});

test.run();
