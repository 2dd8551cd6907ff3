import { randomBytes } from 'node:crypto';

/** Makes texts that stand nowhere else in the world, and remembers them. */
export class Canaries {
  readonly all: string[] = [];
  readonly #run = randomBytes(6).toString('hex');

  next(name: string): string {
    const marker = `Qz${name}${this.#run}x${this.all.length}`;
    this.all.push(marker);
    return marker;
  }

  /** A value that must have a form of its own. */
  note(value: string): string {
    this.all.push(value);
    return value;
  }
}

const clinical = (kind: string, code: string) => ({ coding: [{ system: `http://terminology.hl7.org/CodeSystem/${kind}`, code }] });

/** A Patient each of whose values is a marker. */
export function canaryPatient(canaries: Canaries) {
  const mark = (name: string) => canaries.next(name);
  return {
    resourceType: 'Patient',
    id: mark('Id'),
    text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${mark('Narrative')}</div>` },
    extension: [{ url: `http://example.org/${mark('Url')}`, valueString: mark('Extension') }],
    identifier: [{ system: `urn:${mark('System')}`, value: mark('Number') }],
    name: [{ family: mark('Family'), given: [mark('Given'), `${mark('Umlaut')}äöü€`], prefix: [mark('Prefix')] }],
    telecom: [
      { system: 'phone', value: canaries.note('+49-555-0173-99172') },
      { system: 'email', value: `${mark('mail')}@example.org` },
    ],
    birthDate: canaries.note('1931-02-17'),
    address: [{ line: [mark('Street')], city: mark('City'), postalCode: mark('Postal') }],
    contact: [{ name: { family: mark('Contact') } }],
    photo: [{ contentType: 'image/png', data: Buffer.from(mark('Photo')).toString('base64'), title: mark('Title') }],
    generalPractitioner: [{ reference: `Practitioner/${mark('Doctor')}`, display: mark('DoctorName') }],
  };
}

/** An allergy each of whose values is a marker. */
export function canaryAllergy(canaries: Canaries, patient: string) {
  const mark = (name: string) => canaries.next(name);
  return {
    resourceType: 'AllergyIntolerance',
    id: mark('AllergyId'),
    clinicalStatus: clinical('allergyintolerance-clinical', 'active'),
    code: { coding: [{ system: `urn:${mark('CodeSystem')}`, code: mark('Code'), display: mark('Display') }], text: mark('CodeText') },
    criticality: 'high',
    patient: { reference: `Patient/${patient}`, display: mark('PatientDisplay') },
    note: [{ text: `${mark('Note')} ${mark('Secret')}` }],
    reaction: [{ manifestation: [{ text: mark('Reaction') }], description: mark('Description') }],
  };
}

/** A laboratory result whose digits are a marker too. */
export function canaryResult(canaries: Canaries, patient: string): string {
  const mark = (name: string) => canaries.next(name);
  const digits = canaries.note('73.9182736450');
  return (
    `{"resourceType":"Observation","id":"${mark('ResultId')}","status":"final","code":{"text":"${mark('Test')}"},"subject":{"reference":"Patient/${patient}"},` +
    `"effectiveDateTime":"2024-01-02","valueQuantity":{"value":${digits},"unit":"${mark('Unit')}"},"interpretation":[{"text":"${mark('Finding')}"}]}`
  );
}
