import { rmSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createFhirValidator } from '../../adapters/fhir/validate.js';
import { PROBLEM_TYPE } from '../../adapters/http/problem.js';
import { FAULTS, type FaultCode } from '../../domain/rejections.js';
import type { SealedPart } from '../../schemas/event.js';
import { type Answer, House, linesOf, person } from '../adapters/http/house.js';
import { DamagedFolder, flipped, said } from './damaged-folder.js';

/** Somebody with two allergies, and a condition part of which is sensitive: by the events that say so. */
interface Somebody {
  readonly patientId: string;
  readonly registered: string;
  readonly peanut: string;
  readonly cats: string;
  readonly cough: string;
}

interface Case {
  readonly how: string;
  readonly damage: (folder: DamagedFolder, of: Somebody, another: Somebody) => void;
  /** What becomes of the record: whole, and of its allergies and conditions alone; and of the patient's items in the feed of facts. */
  readonly expected: readonly [record: string, allergies: string, conditions: string, inFeed: string];
}

const test = suite('stored keys and sealed content that were damaged');
const WORDS = ['Qzpeanut', 'Qzcats', 'Qzcough', 'Qzhiv'];
const OK = '200';
const INCOMPLETE = '200 without 1';
const KEYLESS = '500 key-unreadable';
const inAllergies = [INCOMPLETE, INCOMPLETE, OK, '1 content-unreadable'] as const;
const inConditions = [INCOMPLETE, OK, INCOMPLETE, '1 content-unreadable'] as const;
/** Whoever does not hold the key of a damaged part opens nothing of it, and is told no more than that something is withheld. */
const inWhatIsWithheld = [INCOMPLETE, OK, INCOMPLETE, '0'] as const;
const everywhere = [KEYLESS, KEYLESS, KEYLESS, '3 key-unreadable'] as const;

const of = (sealed: readonly SealedPart[], index: number) => sealed[index] as SealedPart & Record<'box' | 'nonce' | 'commitment', string>;
const changed = (part: SealedPart, more: object) => ({ ...part, ...more }) as SealedPart;
const bit = (member: 'box' | 'nonce' | 'commitment'): Case => ({
  how: `a bit flipped in the ${member}`,
  damage: (folder, { peanut }) =>
    folder.event(peanut, (sealed) => [changed(of(sealed, 0), { [member]: flipped(of(sealed, 0)[member], 5) }), ...sealed.slice(1)]),
  expected: inAllergies,
});
const parts = (how: string, change: (sealed: readonly SealedPart[]) => readonly SealedPart[], expected: Case['expected'] = inConditions): Case => ({
  how,
  damage: (folder, { cough }) => folder.event(cough, change),
  expected,
});
const row = (how: string, change: string): Case => ({
  how,
  damage: (folder, { patientId }, another) => {
    const sql = `UPDATE key_secret SET ${change} WHERE owner = ?`;
    folder.keys(sql, ...(change.includes('?') ? [another.patientId, patientId] : [patientId]));
  },
  expected: everywhere,
});
const from = (columns: string) => `(${columns}) = (SELECT ${columns} FROM key_secret WHERE owner = ?)`;

/** Each happens to a patient of their own, all in one folder. */
const CASES: readonly Case[] = [
  { how: 'nothing', damage: () => undefined, expected: [OK, OK, OK, '0'] },
  bit('box'),
  bit('nonce'),
  bit('commitment'),
  { how: 'content of another event', damage: (folder, { peanut, cats }) => folder.event(peanut, () => folder.eventOf(cats)[1].sealed), expected: inAllergies },
  {
    how: 'content of another patient',
    damage: (folder, { peanut }, another) => folder.event(peanut, () => folder.eventOf(another.peanut)[1].sealed),
    expected: inAllergies,
  },
  parts('a part taken away', (sealed) => sealed.slice(0, 1)),
  parts('a part said twice', (sealed) => [...sealed, ...sealed.slice(1)]),
  parts('the box of another part', (sealed) => [of(sealed, 0), changed(of(sealed, 1), { box: of(sealed, 0).box })], inWhatIsWithheld),
  parts('names and scopes exchanged', (sealed) => {
    const [one, two] = [of(sealed, 0), of(sealed, 1)];
    return [changed(one, { name: two.name, scope: two.scope }), changed(two, { name: one.name, scope: one.scope })];
  }),
  row('a wrapped secret changed', "wrapped = substr(wrapped, 1, 20) || 'AAAA' || substr(wrapped, 25)"),
  row('a wrapped secret cut', 'wrapped = substr(wrapped, 1, 40)'),
  row('no wrapped secret', "wrapped = ''"),
  row('the wrapped secret of another patient', from('wrapped')),
  row('the wrapped secret of another patient with its key id', from('wrapped, key_id, kek_id')),
  row('another generation', 'generation = 2'),
  row('another key-encryption key', "kek_id = '00000000-0000-4000-8000-000000000000'"),
];

let dataDir: string;
let ehr: string;
let people: Somebody[];

test.before(async () => {
  const house = await House.open();
  dataDir = house.dataDir;
  ehr = await house.source('ehr');
  people = await Promise.all(Array.from({ length: CASES.length + 1 }, (_, index) => somebody(house, index)));
  const head = (await house.ledger.services.store.head()) as string;
  const read = await house.get(`/v1/patients/${people[0]?.patientId}/record`, await house.token('clinician'), { 'minimum-position': head });
  for (const word of WORDS) assert.match(read.text, word);
  await house.ledger.stop();
});
test.after(() => rmSync(dataDir, { recursive: true }));

const allergy = (text: string) => ({ resourceType: 'AllergyIntolerance', code: { text }, patient: { reference: 'Patient/x' } });
const CONDITION = {
  resourceType: 'Condition',
  code: { text: 'Qzcough' },
  subject: { reference: 'Patient/x' },
  evidence: [{ code: [{ coding: [{ system: 'http://snomed.info/sct', code: '86406008', display: 'Qzhiv' }] }] }],
};

async function somebody(house: House, index: number): Promise<Somebody> {
  const { patientId, eventIds } = await house.done('register-patient', { sourceRecordId: `p${index}`, resource: person() }, ehr);
  const recorded = async (sourceRecordId: string, resource: object): Promise<string> =>
    (await house.done('record-fact', { patientId, sourceRecordId, resource }, ehr)).eventIds[0];
  return {
    patientId,
    registered: eventIds[0],
    peanut: await recorded('a1', allergy('Qzpeanut')),
    cats: await recorded('a2', allergy('Qzcats')),
    cough: await recorded('c1', CONDITION),
  };
}

const SIDES = ['record', 'record?category=allergies', 'record?category=conditions'];
const told = (answer: Answer) => (answer.json?.incomplete === undefined ? said(answer) : `${said(answer)} without ${answer.json.incomplete.unreadable}`);
const marksIn = (text: string) => text.split('"unreadable":true').length - 1;

test('what is damaged stands marked where it lies, and the rest of it, other categories and other patients are read as before', async () => {
  const folder = new DamagedFolder(dataDir);
  const another = people.at(-1) as Somebody;
  for (const [index, { damage }] of CASES.entries()) damage(folder, people[index] as Somebody, another);
  await folder.asked(async (house) => {
    const clinician = await house.token('clinician');
    const feed = linesOf((await house.get('/v1/feeds/facts?limit=1000', await house.token('consumer'))).text);
    for (const [index, { how, expected }] of CASES.entries()) {
      const patientId = people[index]?.patientId ?? '';
      const answers = await Promise.all(SIDES.map((side) => house.get(`/v1/patients/${patientId}/${side}`, clinician)));
      const marked = feed.filter(({ subject, data }) => subject === patientId && data.unreadable).map(({ data }) => data.code);
      assert.equal([...answers.map(told), [marked.length || '0', ...new Set(marked)].join(' ')], expected, how);
      assert.is(feed.filter(({ subject }) => subject === patientId).length, 3, 'the feed goes on, and leaves nothing out');
      for (const { status, headers, json, text } of answers.filter((answer) => answer.status !== 200)) {
        assert.equal([status, headers['content-type']], [500, `${PROBLEM_TYPE}; charset=utf-8`]);
        assert.equal([json.detail, json.remedy], [...FAULTS[json.code as FaultCode]]);
        assert.match(json.correlationId, /^[0-9a-f-]{36}$/);
        assert.not.ok(WORDS.some((word) => text.includes(word)));
      }
      for (const { headers, text } of answers.filter((answer) => told(answer) === INCOMPLETE))
        assert.equal([headers['unreadable-events'], marksIn(text)], ['1', 1], how);
      for (const side of ['history', 'conflicts', 'sources', 'lineage', 'record?format=fhir']) {
        const answer = await house.get(`/v1/patients/${patientId}/${side}`, clinician);
        assert.ok([OK, INCOMPLETE, KEYLESS].includes(told(answer)), `${how}: ${side} ${told(answer)}`);
        if (expected[0] === INCOMPLETE && side !== 'conflicts' && side !== 'lineage') assert.is(answer.headers['unreadable-events'], '1', `${how}: ${side}`);
      }
    }
    assert.is(told(await house.get(`/v1/patients/${another.patientId}/record`, clinician)), OK);
    assert.is((await house.get('/v1/audit/events?limit=2000', await house.token('auditor'))).status, 200);
    assert.is((await house.command('record-fact', { patientId: another.patientId, sourceRecordId: 'n', resource: allergy('new') }, ehr)).status, 201);
  });
});

test('a value that nobody can open is said to be one: attributed, first, on record, and never given as another', async () => {
  const folder = new DamagedFolder(dataDir);
  const [{ patientId, peanut }] = people as [Somebody];
  (CASES[1] as Case).damage(folder, people[0] as Somebody, people[1] as Somebody);
  await folder.asked(async (house) => {
    const { json, text } = await house.get(`/v1/patients/${patientId}/record`, await house.token('clinician'));
    const [first] = json.facts;
    assert.equal([first.category, first.state, first.alternatives], ['allergies', 'unreadable', []]);
    const { source, eventId, stream, position, unreadable, code, resource, sourceRecordId } = first.value;
    assert.equal([source, eventId, stream], ['ehr', peanut, `acme.patient-${patientId}`]);
    assert.equal([unreadable, code, resource, sourceRecordId], [true, 'content-unreadable', null, null]);
    assert.match(position, /^\d+$/);
    assert.match(text, /Qzcats/);
    assert.not.match(text, /Qzpeanut/);
    const [access] = (await house.accesses()).filter(({ data }) => data.code === 'content-unreadable');
    assert.equal([access.data.action, access.data.outcome, access.data.patients], ['read-record', 'allowed', [patientId]]);
    assert.match((await house.get('/metrics', null)).text, /ledger_statements_unreadable_total\{code="content-unreadable"\} 1/);
  });
});

type Entry = Answer['json'];

test('a FHIR Bundle says first what is missing from it, and where', async () => {
  const folder = new DamagedFolder(dataDir);
  const [somebody, another] = people as [Somebody, Somebody];
  (CASES[1] as Case).damage(folder, somebody, another);
  folder.event(somebody.registered, (sealed) => sealed.map((part) => changed(part, { box: flipped(part.box, 9) })));
  await folder.asked(async (house) => {
    const { json, text, headers } = await house.get(`/v1/patients/${somebody.patientId}/record?format=fhir`, await house.token('clinician'));
    assert.equal([headers['unreadable-events'], createFhirValidator().validate(json)], ['2', []]);
    const [{ resource: outcome }, { resource: patient }] = json.entry;
    assert.equal([outcome.resourceType, outcome.issue.length, patient.resourceType], ['OperationOutcome', 2, 'Patient']);
    for (const event of [somebody.peanut, somebody.registered]) assert.ok(outcome.issue.some(({ diagnostics }: Entry) => diagnostics.includes(event)));
    const absent = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'error' }] };
    assert.equal([patient.name, patient._birthDate, patient.birthDate], [[absent], absent, undefined]);
    const missing = json.entry.filter(({ resource }: Entry) => resource.target?.[0].display === 'AllergyIntolerance: cannot be opened');
    assert.equal([missing.length, missing[0].resource.target[0].extension], [1, absent.extension]);
    assert.match(text, /Qzcats/);
    assert.not.match(text, /Qzpeanut|Lovelace/);
  });
});

/** A key store that is older than the log, or that lost rows: whatever is answered, it is no content, and nothing new is sealed. */
test('a patient whose keys are not there is refused, and stays apart from those whose are', async () => {
  const folder = new DamagedFolder(dataDir);
  const [lost, other] = people as [Somebody, Somebody];
  folder.keys('DELETE FROM key_secret WHERE owner = ?', lost.patientId);
  await folder.asked(async (house) => {
    const clinician = await house.token('clinician');
    const fact = { patientId: lost.patientId, sourceRecordId: 'n', resource: allergy('new') };
    const sides = await Promise.all(['record', 'history', 'conflicts'].map((side) => house.get(`/v1/patients/${lost.patientId}/${side}`, clinician)));
    for (const answer of [...sides, await house.command('record-fact', fact, ehr)]) {
      assert.ok(answer.status >= 400, said(answer));
      assert.not.ok(WORDS.some((word) => answer.text.includes(word)));
    }
    assert.is((await house.get(`/v1/patients/${other.patientId}/record`, clinician)).status, 200);
  });
});

for (const [how, change] of [
  ['changed', "UPDATE kek SET wrapped = substr(wrapped, 1, 20) || 'AAAA' || substr(wrapped, 25)"],
  ['lost', 'DELETE FROM kek'],
] as const) {
  test(`a key-encryption key that was ${how} opens nothing of its tenant, and none is made in its place`, async () => {
    const folder = new DamagedFolder(dataDir);
    folder.keys(change);
    await folder.asked(async (house) => {
      const [first] = people as [Somebody];
      assert.is(said(await house.get(`/v1/patients/${first.patientId}/record`, await house.token('clinician'))), KEYLESS);
      assert.is(said(await house.command('record-fact', { patientId: first.patientId, sourceRecordId: 'z', resource: allergy('new') }, ehr)), KEYLESS);
    });
  });
}

test.run();
