import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Json } from '../support/client.js';
import { bundledResources, dice, differing, type Resource, shuffledWithRepeats } from '../support/differing.js';
import { allergy, Town } from './town.js';

const test = suite('the order of arrival and a running ledger');
let town: Town;

test.before(async () => {
  town = await Town.open(FOUR_EYES);
});
test.after(() => town.close());

const FOUR_EYES = { CHANGE_CONTROL: 'four-eyes' };
const SOURCES = ['ehr', 'lis', 'pharmacy'] as const;
const SETS = 4;
const FACTS_A_SET = 12;
/** Ways to differ that glue no two facts of a bundle together: which of one source's records goes first would then depend on a patient's keys. */
const WAYS = [0, 1, 2, 4, 5, 9, 10];

interface Said {
  readonly source: (typeof SOURCES)[number];
  readonly body: { readonly resource: Resource; readonly sourceRecordId: string; readonly sourceVersion: string };
}

/** One resource for each code of a bundle, so that a source speaks once of a thing. */
const RESOURCES = [
  ...new Map(
    bundledResources()
      .filter(({ resourceType }) => resourceType !== 'Patient')
      .map((one) => [JSON.stringify(one['code'] ?? one['vaccineCode'] ?? one), one]),
  ).values(),
];

function anySet(seed: number): Said[] {
  const roll = dice(seed);
  const picked = new Set(Array.from({ length: FACTS_A_SET }, () => roll(RESOURCES.length)));
  return [...picked].flatMap((nth) =>
    SOURCES.flatMap((source) =>
      (['1', '2'] as const).slice(0, 1 + roll(2)).map((sourceVersion) => ({
        source,
        body: { resource: differing(RESOURCES[nth] as Resource, WAYS[roll(WAYS.length)] ?? 0), sourceRecordId: `${source}-${nth}`, sourceVersion },
      })),
    ),
  );
}

async function send(patientId: string, { source, body }: Said): Promise<string> {
  const { status, json } = await town.client.command('record-fact', town.token(source), { patientId, ...body });
  assert.ok(status === 201 || status === 200, `${status} ${JSON.stringify(json)}`);
  return json.position as string;
}

/** All that one source has to say, a line each. */
async function sendBulk(patientId: string, source: string, all: readonly Said[]): Promise<void> {
  const lines = all.map(({ body }) => ({ command: 'record-fact', body: { patientId, ...body } }));
  const { results } = await town.client.bulk(town.token(source), lines);
  assert.equal(
    results.map(({ status }) => status).filter((status) => status !== 201 && status !== 200),
    [],
  );
}

/** The record without what differs between two patients: ids, places in the log, times of recording. */
async function recordOf(patientId: string): Promise<string[]> {
  const head = await town.client.command('register-source', town.token('steward'), { sourceId: `s-${Date.now()}`, displayName: 'x', kind: 'other' });
  const facts: Json[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const path = `/v1/patients/${patientId}/record?limit=50${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const { status, json, text } = await town.client.get(path, town.token('clinician'), { 'minimum-position': head.json.position });
    assert.is(status, 200, text);
    facts.push(...json.facts);
    cursor = json.next;
  }
  return facts
    .filter(({ category }) => category !== 'demographics')
    .map(shown)
    .sort();
}

function shown({ category, element, state, conflict, value, alternatives, rule }: Json): string {
  const said = ({ source, sourceRecordId, sourceVersion, validTime, standing, agrees, resource }: Json) => [
    source,
    sourceRecordId,
    sourceVersion,
    validTime,
    standing,
    agrees,
    resource,
  ];
  return JSON.stringify({ category, element, state, conflict, because: rule.because, value: said(value), alternatives: alternatives.map(said) });
}

test('sources one after another, and all at once in any order with repeats and a restart between, make one record', async () => {
  const sets = Array.from({ length: SETS }, (_, seed) => anySet(seed));
  const designated = await town.client.command('propose-change', town.token('steward'), {
    command: 'designate-system-of-record',
    body: { scope: { category: 'laboratory' }, sources: ['lis', 'ehr'], reason: 'agreed' },
    reason: 'agreed',
    emergency: true,
  });
  assert.is(designated.status, 201, designated.text);
  const orderly = await Promise.all(sets.map((_, nth) => town.patient(`orderly-${nth}`)));
  const disorderly = await Promise.all(sets.map((_, nth) => town.patient(`disorderly-${nth}`)));
  for (const [nth, set] of sets.entries()) for (const said of set) await send(orderly[nth] ?? '', said);
  const shuffled = sets.map((set, nth) => shuffledWithRepeats(set, dice(nth + 100)));
  const half = (nth: number) => (shuffled[nth] ?? []).slice(0, (shuffled[nth] ?? []).length / 2);
  await Promise.all(sets.flatMap((_, nth) => half(nth).map((said) => send(disorderly[nth] ?? '', said))));
  await town.restart(FOUR_EYES);
  await Promise.all(
    shuffled.flatMap((set, nth) =>
      SOURCES.map((source) =>
        sendBulk(
          disorderly[nth] ?? '',
          source,
          set.filter((said) => said.source === source),
        ),
      ),
    ),
  );
  for (const nth of sets.keys()) {
    const record = await recordOf(orderly[nth] ?? '');
    assert.ok(record.length > 3);
    assert.equal(await recordOf(disorderly[nth] ?? ''), record, `set ${nth}`);
  }
});

test('what a steward and a second person settled stands after kill -9 and in a rebuilt model, until a judged statement changes', async () => {
  const patientId = await town.patient('settled-1');
  const states = async () => {
    const { json } = await town.client.get(`/v1/patients/${patientId}/record?category=allergies`, town.token('clinician'));
    return json.facts.map(({ value, state }: Json) => `${value.source} ${state}`);
  };
  const record = (source: string, resource: object, sourceVersion = '1') =>
    town.client.command('record-fact', town.token(source), { patientId, sourceRecordId: `a-${source}`, sourceVersion, resource });
  await record('ehr', allergy('high'));
  const last = await record('lis', allergy('low'));
  const { json } = await town.client.get(`/v1/patients/${patientId}/conflicts`, town.token('steward'), { 'minimum-position': last.json.position });
  const [conflict] = json.conflicts;
  const [chosen] = conflict.alternatives;
  const judged = [conflict.value, ...conflict.alternatives].map(({ eventId }: Json) => eventId);
  const body = { patientId, factId: conflict.factId, decision: 'choose', chosen: chosen.assertionId, judged, reason: 'asked the patient' };
  assert.is((await town.client.command('settle-conflict', town.token('steward'), body)).json.code, 'approval-required');
  const proposed = await town.client.command('propose-change', town.token('steward'), { command: 'settle-conflict', body, reason: 'two sources disagree' });
  assert.is(proposed.status, 201, proposed.text);
  const approved = await town.client.command('approve-change', town.token('officer'), { changeId: proposed.json.changeId });
  assert.is(approved.status, 201, approved.text);
  await town.server.stop('SIGKILL');
  await town.restart(FOUR_EYES);
  assert.is((await town.server.run('rebuild', 'record')).code, 0);
  assert.equal(await states(), [`${chosen.source} settled`]);
  const changed = await record('lis', allergy('unable-to-assess'), '2');
  await town.client.get(`/v1/patients/${patientId}/record`, town.token('clinician'), { 'minimum-position': changed.json.position });
  assert.equal(await states(), ['ehr open']);
});

test.run();
