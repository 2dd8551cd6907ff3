import { type Step, sendEach, step } from './every-command.js';
import type { Tour } from './tour.js';

/** What is done to keys, and to a patient who is to be forgotten: after everything else. */
const STEPS: readonly Step[] = [
  ...(['patient', 'tenant', 'root'] as const).map((level) =>
    step('rotate-key', 'officer', ({ ids }) => ({ level, ...(level === 'patient' ? { patientId: ids['patientId'] } : {}) })),
  ),
  step('reseal', 'operator', () => ({})),
  step('suspend-key', 'operator', () => ({ level: 'index', because: 'inquiry' })),
  step('resume-key', 'officer', () => ({ level: 'index', because: 'cleared' })),
  step(
    'place-legal-hold',
    'officer',
    ({ said, ids }) => ({ patientId: ids['twinId'], matter: said.next('Matter') }),
    (tour, receipt) => {
      tour.ids['holdId'] = receipt.eventIds[0];
    },
  ),
  step('release-legal-hold', 'officer', ({ ids }) => ({ patientId: ids['twinId'], holdId: ids['holdId'] })),
  step('erase-patient', 'officer', ({ said, ids }) => ({
    patientId: ids['twinId'],
    ground: 'unlawful-processing',
    requestedBy: 'patient',
    reason: said.next('Erasing'),
  })),
];

export async function sendLastCommands(tour: Tour): Promise<string[]> {
  const taken = await sendEach(tour, STEPS);
  const erasure = `/v1/patients/${tour.ids['twinId']}/erasure`;
  await tour.ask(erasure, { as: 'officer', shows: 'GET /v1/patients/{patientId}/erasure' });
  await tour.ask(erasure, { as: 'auditor' });
  const gone = await Promise.all(['record', 'history'].map((side) => tour.ask(`/v1/patients/${tour.ids['twinId']}/${side}`, { as: 'clinician' })));
  return [...taken, ...gone.flatMap(({ status, json }) => (status === 410 ? [] : [`the record of the erased patient: ${status} ${json?.code}`]))];
}
