import { readFileSync } from 'node:fs';
import type { Json, Reply } from '../support/client.js';
import type { LedgerServer } from '../support/server.js';
import { BUNDLES, bundlePath } from './patients.js';
import type { Stage } from './stage.js';

/** Tokens of everybody who appears. */
export type Cast = Readonly<Record<'steward' | 'clinician' | 'officer' | 'auditor' | 'hospital' | 'pharmacy' | 'clinic' | 'stranger' | 'marketer', string>>;

interface Entry {
  readonly fullUrl: string;
  readonly resource: Readonly<Record<string, unknown>>;
}

const SOURCES = [
  ['hospital-ehr', 'The hospital', 'ehr'],
  ['pharmacy', 'The pharmacy', 'pharmacy'],
  ['clinic', 'A clinic', 'legacy-feed'],
] as const;

const receipt = ({ json }: Reply) => ({ stream: json.stream, revision: json.revision, position: json.position, repeated: json.repeated });

function entries(file: string): Entry[] {
  return (JSON.parse(readFileSync(bundlePath(file), 'utf8')) as { entry: Entry[] }).entry;
}

/** Source systems are registered; a patient becomes known; the same command again changes nothing. */
export async function firstReceipt(stage: Stage, cast: Cast): Promise<string> {
  stage.step('Three source systems are registered, and the hospital makes a patient known');
  for (const [sourceId, displayName, kind] of SOURCES) {
    await stage.ask('POST', '/v1/commands/register-source', { token: cast.steward, body: { sourceId, displayName, kind }, show: receipt });
  }
  const [patient] = entries('hospital-ehr.json') as [Entry];
  const body = { sourceRecordId: patient.fullUrl, resource: patient.resource };
  const headers = { 'Idempotency-Key': 'registration-1' };
  const first = await stage.ask('POST', '/v1/commands/register-patient', { token: cast.hospital, headers, body, show: receipt });
  stage.say('The answer was lost on the way? Then the source sends the same again:');
  const again = await stage.ask('POST', '/v1/commands/register-patient', { token: cast.hospital, headers, body, show: receipt });
  stage.must(
    first.status === 201 && again.status === 200 && again.json.eventIds[0] === first.json.eventIds[0],
    'it happened once: the first receipt comes back',
  );
  return first.json.patientId as string;
}

/** The command line loads bundles, as each of the three sources. */
export async function loading(stage: Stage, server: LedgerServer): Promise<void> {
  stage.step('Each source loads what it has: FHIR R4 bundles, through the command line');
  for (const [source, file] of BUNDLES) {
    stage.say(`$ clinical-ledger load ${file} --tenant demo --source ${source}`);
    const { stdout } = await server.run('load', bundlePath(file), '--tenant', 'demo', '--source', source);
    stage.say(`  ${stdout.split('\n').find((line) => line.startsWith('resource type')) ?? ''}\n  ${together(stdout)}`);
  }
  const [source, file] = BUNDLES[0] as readonly [string, string];
  stage.say(`$ clinical-ledger load ${file} --tenant demo --source ${source}     (once more)`);
  const { stdout, code } = await server.run('load', bundlePath(file), '--tenant', 'demo', '--source', source);
  stage.say(`  ${together(stdout)}`);
  stage.must(code === 0 && / 0 +5 +0 +0$/.test(together(stdout)), 'loading twice adds nothing');
}

function together(stdout: string): string {
  return stdout.split('\n').find((line) => line.startsWith('together')) ?? '';
}

async function headPosition(stage: Stage, cast: Cast, patientId: string): Promise<string> {
  const { json } = await stage.client.get(`/v1/patients/${patientId}/history?limit=1000`, cast.clinician);
  return json.history.at(-1).position as string;
}

const statement = (said: Json) => `${said.source} says ${said.resource?.criticality ?? 'the same'}`;

export const allergies = ({ json }: Reply) =>
  json.facts.map((fact: Json) => ({
    value: statement(fact.value),
    alternatives: fact.alternatives.map(statement),
    conflict: fact.conflict,
    because: fact.rule.because,
  }));

/** The record, where its values come from, and what is in conflict. */
export async function reading(stage: Stage, cast: Cast, patientId: string): Promise<void> {
  stage.step('A clinician reads the authoritative record: one allergy, three criticalities');
  const headers = { 'Minimum-Position': await headPosition(stage, cast, patientId) };
  await stage.ask('GET', `/v1/patients/${patientId}/record?category=allergies`, { token: cast.clinician, headers, show: allergies });
  stage.say('Where does it come from? The lineage names the events, and what made three statements one fact:');
  await stage.ask('GET', `/v1/patients/${patientId}/lineage?category=allergies`, {
    token: cast.clinician,
    show: ({ json }) => [
      { value: json.lineage[0].value },
      ...json.lineage[0].assertions.map((assertion: Json) => ({
        source: assertion.source,
        eventId: assertion.live[0].eventId,
        recordedAt: assertion.live[0].recordedAt,
      })),
    ],
  });
  stage.say('All that the sources do not agree on:');
  await stage.ask('GET', `/v1/patients/${patientId}/conflicts`, {
    token: cast.clinician,
    show: ({ json }) =>
      json.conflicts.map(
        (fact: Json) =>
          `${fact.category}${fact.element === null ? '' : ` / ${fact.element}`}: ${1 + fact.alternatives.length} sources, shown is ${fact.value.source}`,
      ),
  });
}

/** A designation settles the conflict; what was known before stays known. */
export async function designation(stage: Stage, cast: Cast, patientId: string): Promise<void> {
  stage.step('A steward says whom to believe, a second person agrees, and they change their minds');
  const path = `/v1/patients/${patientId}/record?category=allergies`;
  const before = await stage.client.get(`/v1/patients/${patientId}/history`, cast.clinician);
  const designate = async (sources: readonly string[], reason: string) => {
    const body = { scope: { category: 'allergies' }, sources, reason };
    const proposal = { command: 'designate-system-of-record', body, reason };
    const { json } = await stage.ask('POST', '/v1/commands/propose-change', {
      token: cast.steward,
      body: proposal,
      show: ({ json }) => ({ changeId: json.changeId }),
    });
    return stage.ask('POST', '/v1/commands/approve-change', { token: cast.officer, body: { changeId: json.changeId }, show: receipt });
  };
  const alone = { scope: { category: 'allergies' }, sources: ['clinic'], reason: 'Me first.' };
  const refused = await stage.ask('POST', '/v1/commands/designate-system-of-record', {
    token: cast.steward,
    body: alone,
    show: ({ json }) => ({ code: json.code, remedy: json.remedy }),
  });
  stage.must(refused.status === 409, 'nobody does it alone');
  const first = await designate(['pharmacy', 'hospital-ehr'], 'The pharmacist asks every patient.');
  const old = await stage.ask('GET', path, { token: cast.clinician, headers: { 'Minimum-Position': first.json.position }, show: allergies });
  const second = await designate(['hospital-ehr', 'pharmacy'], 'The hospital has tested her.');
  const now = await stage.ask('GET', path, { token: cast.clinician, headers: { 'Minimum-Position': second.json.position }, show: allergies });
  stage.must(old.json.facts[0].value.source === 'pharmacy' && now.json.facts[0].value.source === 'hospital-ehr', 'the record follows the designation');
  const after = await stage.client.get(`/v1/patients/${patientId}/history`, cast.clinician);
  stage.must(after.text === before.text, `the patient's history is unchanged: ${after.json.history.length} events`);
  stage.say('And what was shown before she was tested?');
  const then = await stage.ask('GET', `${path}&knownAt=${first.json.position}`, { token: cast.clinician, show: allergies });
  stage.must(then.json.facts[0].value.source === 'pharmacy', 'asked as of the earlier position, the ledger gives the earlier answer');
}

/** A correction and a retraction are events: the record changes, the history grows. */
export async function corrections(stage: Stage, cast: Cast, patientId: string): Promise<void> {
  stage.step('The pharmacy corrects itself, the clinic takes its statement back');
  const [, allergy] = entries('pharmacy.json') as [Entry, Entry];
  const correction = { patientId, sourceRecordId: allergy.fullUrl, reason: 'correction', resource: { ...allergy.resource, criticality: 'high' } };
  await stage.ask('POST', '/v1/commands/correct-fact', { token: cast.pharmacy, body: correction, show: receipt });
  const [, taken] = entries('clinic.json') as [Entry, Entry];
  const retraction = { patientId, sourceRecordId: taken.fullUrl, reason: 'entered-in-error' };
  const last = await stage.ask('POST', '/v1/commands/retract-fact', { token: cast.clinic, body: retraction, show: receipt });
  const headers = { 'Minimum-Position': last.json.position };
  const record = await stage.ask('GET', `/v1/patients/${patientId}/record?category=allergies`, { token: cast.clinician, headers, show: allergies });
  stage.must(record.json.facts[0].conflict === false, 'hospital and pharmacy agree now, and the clinic says nothing');
  const history = await stage.ask('GET', `/v1/patients/${patientId}/history?category=allergies`, {
    token: cast.clinician,
    show: ({ json }) =>
      json.history.map((event: Json) => `${event.type.padEnd(14)} by ${event.source.padEnd(12)} ${event.resource?.criticality ?? event.reason}`),
  });
  stage.must(history.json.history.length === 5, 'all five events stay: what was said, what it was corrected to, what was taken back');
}
