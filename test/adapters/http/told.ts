import { type Answer, allergy, House, person } from './house.js';

/** A patient of whom three sources say things that agree, differ and cannot both be true. */
export interface Told {
  readonly house: House;
  readonly sources: Readonly<Record<'ehr' | 'lis' | 'pharmacy', string>>;
  readonly steward: string;
  readonly clinician: string;
  readonly patientId: string;
  readonly positions: { readonly registered: string; readonly disputed: string };
  position: string;
}

export const PEANUT = '91935009';
/** No known drug allergy, and an allergy to penicillin: they cannot both be true. */
export const NO_DRUG_ALLERGY = '409137002';
export const PENICILLIN = '91936005';

export const pressure = (systolic: string, more = '') =>
  `{"resourceType":"Observation","id":"bp","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],
 "code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"subject":{"reference":"Patient/1"},"effectiveDateTime":"2026-01-05T10:00:00Z",
 "component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":${systolic},"unit":"mmHg"}},
  {"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":80,"unit":"mmHg"}}]${more}}`;

export async function openTold(): Promise<Told> {
  const house = await House.open();
  const sources = { ehr: await house.source('ehr'), lis: await house.source('lis'), pharmacy: await house.source('pharmacy') };
  const { ehr, lis, pharmacy } = sources;
  const names = [
    { use: 'maiden', family: 'Byron', given: ['Ada'] },
    { use: 'official', family: 'Lovelace', given: ['Ada'] },
  ];
  const registered = await house.done('register-patient', { resource: person({ id: 'p1', name: names }), sourceRecordId: 'p1' }, ehr);
  const { patientId } = registered;
  const other = person({ name: [{ use: 'official', family: 'Lovelace', given: ['Ada'] }], birthDate: '1960-12-11', gender: 'female' });
  await house.done('update-demographics', { patientId, resource: other, sourceRecordId: 'l1' }, lis);
  const say = (token: string, sourceRecordId: string, resource: object) =>
    house.done('record-fact', { patientId, resource, sourceRecordId, sourceVersion: '1' }, token);
  await say(ehr, 'a1', { ...allergy(PEANUT), id: 'same' });
  await say(lis, 'a1', { ...allergy(PEANUT, { criticality: 'low' }), id: 'same' });
  await say(pharmacy, 'a1', allergy(PEANUT));
  const disputed = await say(ehr, 'a2', allergy(PENICILLIN, { category: ['medication'] }));
  await say(pharmacy, 'a2', allergy(NO_DRUG_ALLERGY));
  const condition = (clinical: string) => ({
    resourceType: 'Condition',
    subject: { reference: 'Patient/1' },
    code: { coding: [{ system: 'http://snomed.info/sct', code: '38341003', display: 'Hypertension' }] },
    clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: clinical }] },
  });
  await say(ehr, 'c1', condition('active'));
  await say(lis, 'c1', condition('resolved'));
  const written = `{"patientId":"${patientId}","sourceRecordId":"o1","resource":${pressure('120.0')}}`;
  const { json } = await house.command('record-fact', written, lis);
  return {
    house,
    sources,
    patientId,
    steward: await house.token('steward'),
    clinician: await house.token('clinician'),
    position: json.position,
    positions: { registered: registered.position, disputed: disputed.position },
  };
}

/** A side of the record, once the read model has all that was acknowledged. */
export function read({ house, patientId, position, clinician }: Told, path: string, token = clinician, headers: Record<string, string> = {}): Promise<Answer> {
  return house.get(`/v1/patients/${patientId}/${path}`, token, { 'minimum-position': position, ...headers });
}
