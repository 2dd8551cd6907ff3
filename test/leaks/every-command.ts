import type { Json } from '../support/client.js';
import { canaryPatient, FACT_TYPES, sensitiveFacts, writtenAllergy, writtenResult } from './canary-patient.js';
import { fullResource } from './full-resource.js';
import { type Malformed, malformedOf } from './malformed.js';
import type { Tour } from './tour.js';

/** One command of the tour: what is sent, by whom, and what its receipt is needed for. */
export interface Step {
  readonly command: string;
  readonly as: string;
  readonly body: (tour: Tour) => Json | Promise<Json>;
  readonly after?: (tour: Tour, receipt: Json) => void;
}

export const step = (command: string, as: string, body: Step['body'], after?: Step['after']): Step => ({
  command,
  as,
  body,
  ...(after === undefined ? {} : { after }),
});
export const keep = (name: string, member: string) => (tour: Tour, receipt: Json) => {
  tour.ids[name] = receipt[member];
};
const id = (tour: Tour, name: string): string => tour.ids[name] ?? '';
const REASON = { reason: 'agreed' };

const fact = (resource: (tour: Tour) => Json) => (tour: Tour) => ({
  patientId: id(tour, 'patientId'),
  sourceRecordId: tour.said.next('SourceRecord'),
  resource: resource(tour),
});
const reference = (tour: Tour) => `Patient/${tour.said.first('PatientId')}`;
const sensitiveOf = (tour: Tour): Json[] => {
  if (tour.sensitive.length === 0) tour.sensitive.push(...sensitiveFacts(tour.said, reference(tour)));
  return tour.sensitive;
};
const allergyOf = (source: string, criticality: string) =>
  step('record-fact', source, (tour) => ({
    patientId: id(tour, 'patientId'),
    sourceRecordId: tour.said.first('AllergyRecord'),
    resource: writtenAllergy(tour.said, reference(tour), criticality),
  }));
const proposal = (more: object) => (tour: Tour) => ({
  command: 'correct-fact',
  body: {
    patientId: id(tour, 'patientId'),
    source: 'ehr',
    sourceRecordId: tour.said.first('AllergyRecord'),
    resource: writtenAllergy(tour.said, reference(tour), 'high'),
    reason: 'amended',
  },
  ...REASON,
  ...more,
});
const scope = (tour: Tour) => ({
  patientId: id(tour, 'patientId'),
  codes: [{ system: `urn:${tour.said.first('ScopeSystem')}`, code: tour.said.first('ScopeCode') }],
});

/** What disagrees, as the clinician is shown it. */
async function conflictOf(tour: Tour): Promise<Json> {
  const { json } = await tour.ask(`/v1/patients/${id(tour, 'patientId')}/conflicts?category=allergies`, {
    as: 'clinician',
    shows: 'GET /v1/patients/{patientId}/conflicts',
    headers: { 'minimum-position': id(tour, 'position') },
  });
  return json.conflicts[0];
}

/** In an order in which each is possible. */
const STEPS: readonly Step[] = [
  step('register-source', 'steward', () => ({ sourceId: 'ehr', displayName: 'EHR', kind: 'ehr' })),
  step('register-source', 'steward', () => ({ sourceId: 'lis', displayName: 'LIS', kind: 'lis' })),
  step('suspend-source', 'steward', () => ({ sourceId: 'lis', ...REASON })),
  step('reinstate-source', 'steward', () => ({ sourceId: 'lis', ...REASON })),
  step(
    'register-patient',
    'ehr',
    (tour) => {
      tour.patient = canaryPatient(tour.said, tour.said.next('PatientId'));
      return { sourceRecordId: tour.said.next('PatientRecord'), resource: tour.patient };
    },
    keep('patientId', 'patientId'),
  ),
  step(
    'register-patient',
    'lis',
    ({ said }) => ({ sourceRecordId: said.next('TwinRecord'), resource: { ...canaryPatient(said, said.next('TwinId')), gender: 'female' } }),
    keep('twinId', 'patientId'),
  ),
  step('update-demographics', 'ehr', ({ said, ids, patient }) => ({
    patientId: ids['patientId'],
    sourceRecordId: said.first('PatientRecord'),
    sourceVersion: '2',
    resource: { ...patient, gender: 'unknown', name: [{ family: said.next('Maiden') }] },
  })),
  ...FACT_TYPES.map((type) =>
    step(
      'record-fact',
      'ehr',
      fact((tour) => fullResource(tour.said, type, reference(tour))),
    ),
  ),
  ...[0, 1, 2, 3].map((index) =>
    step(
      'record-fact',
      'ehr',
      fact((tour) => sensitiveOf(tour)[index]),
    ),
  ),
  step('record-fact', 'lis', ({ said }) => ({
    identifier: { system: `urn:${said.first('PatientSystem')}`, value: said.first('PatientNumber') },
    sourceRecordId: said.next('Found'),
    resource: fullResource(said, 'Goal', `Patient/${said.first('PatientId')}`),
  })),
  step('record-fact', 'ehr', ({ said, ids }) => ({
    patientId: ids['patientId'],
    sourceRecordId: said.next('AllergyRecord'),
    resource: writtenAllergy(said, `Patient/${said.first('PatientId')}`, 'high'),
  })),
  step('record-fact', 'ehr', ({ said, ids }) => ({
    patientId: ids['patientId'],
    sourceRecordId: said.next('RetractedRecord'),
    resource: fullResource(said, 'AdverseEvent', `Patient/${said.first('PatientId')}`),
  })),
  step('correct-fact', 'ehr', (tour) => ({
    patientId: id(tour, 'patientId'),
    sourceRecordId: tour.said.first('AllergyRecord'),
    resource: writtenAllergy(tour.said, reference(tour), 'high'),
    reason: 'correction',
  })),
  step('retract-fact', 'ehr', (tour) => ({ patientId: id(tour, 'patientId'), sourceRecordId: tour.said.first('RetractedRecord'), reason: 'wrong-patient' })),
  step(
    'designate-system-of-record',
    'steward',
    (tour) => {
      for (const name of ['ScopeSystem', 'ScopeCode']) tour.said.next(name);
      return { scope: scope(tour), sources: ['ehr'], ...REASON };
    },
    (tour, receipt) => {
      tour.ids['designation'] = receipt.eventIds[0];
    },
  ),
  step('withdraw-designation', 'steward', (tour) => ({ scope: scope(tour), designation: id(tour, 'designation'), ...REASON })),
  ...(['link-patients', 'unlink-patients'] as const).map((command) =>
    step(command, 'steward', ({ ids }) => ({ patientId: ids['patientId'], otherPatientId: ids['twinId'], ...REASON })),
  ),
  ...(['merge-patients', 'unmerge-patients'] as const).map((command) =>
    step(command, 'steward', ({ ids }) => ({ survivor: ids['patientId'], absorbed: ids['twinId'], ...REASON })),
  ),
  { ...allergyOf('lis', 'low'), after: keep('position', 'position') },
  step(
    'settle-conflict',
    'steward',
    async (tour) => {
      const { factId, value, alternatives } = await conflictOf(tour);
      tour.ids['factId'] = factId;
      const judged = [value, ...alternatives].map(({ eventId }: Json) => eventId);
      return { patientId: id(tour, 'patientId'), factId, decision: 'keep-both', judged, ...REASON };
    },
    (tour, receipt) => {
      tour.ids['settlement'] = receipt.eventIds[0];
    },
  ),
  step('reopen-conflict', 'steward', (tour) => ({ patientId: id(tour, 'patientId'), settlement: id(tour, 'settlement'), ...REASON })),
  step('propose-change', 'steward', proposal({}), keep('changeId', 'changeId')),
  step('approve-change', 'officer', ({ ids }) => ({ changeId: ids['changeId'] })),
  step('propose-change', 'steward', proposal({ expiresAfterDays: 2 }), keep('rejectedId', 'changeId')),
  step('reject-change', 'officer', ({ ids }) => ({ changeId: ids['rejectedId'], ...REASON })),
  step('propose-change', 'steward', proposal({ emergency: true }), keep('emergencyId', 'changeId')),
  step('review-change', 'officer', ({ ids }) => ({ changeId: ids['emergencyId'], verdict: 'upheld', ...REASON })),
  step(
    'request-amendment',
    'patient',
    ({ said, ids }) => ({ patientId: ids['patientId'], factId: ids['factId'], request: `It was ${said.next('Disputed')}, not that.` }),
    keep('amendmentId', 'amendmentId'),
  ),
  step('answer-amendment', 'officer', ({ said, ids }) => ({
    amendmentId: ids['amendmentId'],
    answer: 'deny',
    basis: 'accurate-and-complete',
    text: `Because of ${said.next('Denied')}.`,
  })),
  step('state-disagreement', 'patient', ({ said, ids }) => ({ amendmentId: ids['amendmentId'], statement: said.next('Disagreed') })),
  step(
    'request-amendment',
    'patient',
    ({ said, ids }) => ({ patientId: ids['patientId'], factId: ids['factId'], request: said.next('Accepted') }),
    keep('acceptedId', 'amendmentId'),
  ),
  step('answer-amendment', 'officer', ({ said, ids }) => ({ amendmentId: ids['acceptedId'], answer: 'accept', inform: [said.next('Inform')] })),
  step('report-key-compromise', 'officer', ({ said, ids }) => ({
    level: 'patient',
    patientId: ids['patientId'],
    suspectedSince: '2026-01-01T00:00:00Z',
    description: `The laptop of ${said.next('Compromised')} was stolen.`,
  })),
];

/** Sends each command, before that every malformed variant of it, and answers what was not refused though it should be. */
export async function sendEach(tour: Tour, steps: readonly Step[], { malformed = true } = {}): Promise<string[]> {
  const taken: string[] = [];
  const tried = new Set<string>(malformed ? [] : steps.map(({ command }) => command));
  for (const { command, as, body, after } of steps) {
    const good = await body(tour);
    if (!tried.has(command)) {
      tried.add(command);
      const sent = { method: 'POST', as, headers: { 'content-type': 'application/json' } };
      const send = async ({ how, body: bad }: Malformed) => ({ how, status: (await tour.ask(`/v1/commands/${command}`, { ...sent, body: bad })).status });
      const answers = await Promise.all(malformedOf(good, tour.junk).map(send));
      for (const { how, status } of answers) if (status < 400 || status >= 500) taken.push(`${command}, ${how}: ${status}`);
    }
    const receipt = await tour.done(command, as, good);
    after?.(tour, receipt);
  }
  return taken;
}

/** The commands of a record's life. */
export async function sendUsualCommands(tour: Tour, how: { readonly malformed?: boolean } = {}): Promise<string[]> {
  const taken = await sendEach(tour, STEPS, how);
  const written = `{"patientId":"${id(tour, 'patientId')}","sourceRecordId":"${tour.said.next('Digits')}","resource":${writtenResult(tour.said, reference(tour))}}`;
  const { position } = await tour.done('record-fact', 'ehr', written);
  tour.ids['position'] = position;
  return taken;
}
