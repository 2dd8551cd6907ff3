import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { entitledVault } from '../../adapters/keys/entitled-vault.js';
import { scopesHeld } from '../../domain/access/scopes.js';
import { LABEL_RULES } from '../../domain/phi/labels.js';
import { openContent, openWhole } from '../../domain/record/content.js';
import type { KeyRing, Vault } from '../../domain/rings.js';
import { streams } from '../../domain/streams.js';
import { readFeed } from '../../projections/reading/feeds.js';
import { readHistory } from '../../projections/reading/history.js';
import { Opener } from '../../projections/reading/opener.js';
import { factJson } from '../../projections/reading/record-json.js';
import { SENSITIVE_SCOPES } from '../../schemas/phi/scopes.js';
import { ACT_CODE, SENSITIVITIES } from '../../schemas/phi/sensitivities.js';
import { allergy, callerOf, type Desk, NOW, openDesk, person } from '../commands/desk.js';
import { faultOf } from '../commands/stores.js';

interface World {
  desk: Desk;
  patientId: string;
}

const LOINC = 'http://loinc.org';
const coded = (code: string, system = LOINC) => ({ coding: [{ system, code }] });
const AT = '2025-05-01';

const NOTE = {
  resourceType: 'DocumentReference',
  status: 'current',
  date: `${AT}T10:00:00Z`,
  type: { text: 'Psychotherapy note' },
  content: [{ attachment: { title: 'couch' } }],
};
const HIV_TEST = { resourceType: 'Observation', status: 'final', code: coded('75622-1'), valueString: 'reactive', effectiveDateTime: AT };
const OPIOID = {
  resourceType: 'MedicationRequest',
  status: 'active',
  intent: 'order',
  medicationCodeableConcept: coded('1049221', 'http://www.nlm.nih.gov/research/umls/rxnorm'),
};
const VISIT =
  '{"resourceType":"Encounter", "status":"finished","class":{"code":"AMB"},"period":{"start":"2025-05-01"},"reasonCode":[{"text":"cough"},  {"text":"needles","coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"F11.20"}]}],"text":{"status":"generated","div":"cough, needles"}}';

/** A record with something of everything: an allergy, a psychotherapy note, an HIV test, an opioid, a visit with two reasons. */
const test = suite<World>('what a reader is not entitled to', {} as World);

test.before(async (world) => {
  const desk = await openDesk();
  const ehr = await desk.source('ehr');
  const resource = person({ identifier: [{ system: 'urn:mrn', value: 'mrn-77' }] });
  const { patientId } = await desk.done(ehr, 'register-patient', { resource, sourceRecordId: 'p-77' });
  const said = [allergy('91936005', { note: [{ text: 'mother told' }] }), NOTE, HIV_TEST, OPIOID];
  for (const [n, fact] of said.entries()) await desk.done(ehr, 'record-fact', { patientId, resource: fact, sourceRecordId: `fact-${n}` });
  await desk.done(ehr, 'record-fact', { patientId, resource: JSON.parse(VISIT), sourceRecordId: 'visit' }, { written: VISIT });
  await desk.project();
  Object.assign(world, { desk, patientId });
});
test.after(({ desk }) => desk.close());

const vaultOf = ({ desk }: World, role: string, purpose: string): Vault => entitledVault(desk.vault, scopesHeld([role], purpose));

/** The record as a reader gets it: by category, what stands there of each value. */
async function recordFor(world: World, role: string, purpose: string) {
  const query = { tenant: 'acme', patientId: world.patientId, category: null, conflictsOnly: false, validAt: null, knownAt: null, designationsAt: null };
  const { resolutions } = await world.desk.records.read({ ...query, after: null, limit: 100, now: NOW });
  const vault = vaultOf(world, role, purpose);
  const opener = new Opener((member) => vault.patientRing('acme', member));
  const texts = await Promise.all(resolutions.map((one) => factJson(one, [], opener)));
  const facts = texts.map((text) => JSON.parse(text));
  const value = (category: string, element: string | null = null) => facts.find((fact) => fact.category === category && fact.element === element)?.value;
  return { value, text: texts.join('\n'), opener };
}

test('a reader entitled to the allergies holds nothing that opens the psychotherapy note', async (world) => {
  const ring = (await vaultOf(world, 'clinician', 'TREAT').patientRing('acme', world.patientId)) as KeyRing;
  const events = await eventsOf(world);
  const note = events.find(({ event }) => (event.data as { resourceType?: string }).resourceType === 'DocumentReference')?.event;
  const nuts = events.find(({ event }) => (event.data as { category?: string }).category === 'allergies')?.event;
  assert.ok(note !== undefined && nuts !== undefined);
  for (const part of nuts.sealed) assert.ok((await ring.open(part, { stream: nuts.stream, eventId: nuts.id })).length > 0);
  for (const part of note.sealed) {
    assert.not.ok(ring.holds(part));
    assert.is(await faultOf(ring.open(part, { stream: note.stream, eventId: note.id })), 'content-unreadable');
    assert.is(
      await faultOf(ring.limitedTo(new Set(SENSITIVE_SCOPES)).open(part, { stream: note.stream, eventId: note.id })),
      'content-unreadable',
      'no way back',
    );
  }
});

test('what is withheld stays attributed, and is said to be withheld, never why', async (world) => {
  const { value, text, opener } = await recordFor(world, 'clinician', 'TREAT');
  const note = value('documents');
  assert.equal([note.source, note.sourceRecordId, note.resource, note.withheld], ['ehr', null, null, true]);
  assert.not.match(text, /couch|PSYTHPN|psychotherapy/i);
  assert.ok(opener.withheld);
  assert.is(value('laboratory') ?? value('observations').resource.valueString, 'reactive');
  assert.is(value('allergies').withheld, undefined);
});

test('who coordinates sees the visit without the reason that is under 42 CFR Part 2', async (world) => {
  const { value, text } = await recordFor(world, 'clinician', 'COORDIN');
  const visit = value('encounters');
  assert.equal(visit.resource, {
    resourceType: 'Encounter',
    status: 'finished',
    class: { code: 'AMB' },
    period: { start: AT },
    reasonCode: [{ text: 'cough' }],
  });
  assert.equal([visit.withheld, visit.sourceRecordId], [true, null]);
  assert.equal([value('medications').resource, value('medications').withheld], [null, true]);
  assert.not.match(text, /needles|F11|1049221|SUD/);
});

test('who holds everything gets every resource byte for byte, and nothing about withholding', async (world) => {
  const { value, text, opener } = await recordFor(world, 'privacy-officer', 'HOPERAT');
  assert.ok(text.includes(`"resource":${VISIT}`));
  assert.is(value('documents').resource.content[0].attachment.title, 'couch');
  assert.equal([value('encounters').sourceRecordId, value('demographics', 'identifier').sourceRecordId], ['visit', 'p-77']);
  assert.not.ok(text.includes('withheld') || opener.withheld);
  assert.equal(value('documents').labels, { confidentiality: 'V', sensitivity: ['PSYTHPN'], rules: ['psychotherapy-documents'], by: LABEL_RULES });
  assert.equal([value('encounters').labels.sensitivity, value('allergies').labels], [['SUD'], undefined]);
});

test('research sees the person without identifiers and facts without notes', async (world) => {
  const { value, text } = await recordFor(world, 'consumer', 'HRESCH');
  assert.equal(value('demographics', 'birthDate').resource, { resourceType: 'Patient', birthDate: '1960-12-10' });
  assert.equal([value('demographics', 'identifier').resource, value('demographics', 'identifier').withheld], [null, true]);
  assert.is(value('allergies').resource.criticality, 'high');
  assert.not.match(text, /mrn-77|p-77|mother told|reactive|couch|needles/);
});

test('an element of a person of which nothing is left is null and said to be withheld, and the others stand', async (world) => {
  const { desk } = world;
  const extension = [{ url: 'urn:local:programme', valueCoding: { system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'F11.20' } }];
  const { patientId } = await desk.done(callerOf('source', 'ehr'), 'register-patient', { resource: person({ extension }), sourceRecordId: 'p-78' });
  await desk.project();
  const clinician = await recordFor({ desk, patientId }, 'clinician', 'COORDIN');
  const programme = clinician.value('demographics', 'extension');
  assert.equal([programme.source, programme.resource, programme.withheld], ['ehr', null, true]);
  assert.equal(clinician.value('demographics', 'birthDate').resource, { resourceType: 'Patient', birthDate: '1960-12-10' });
  assert.not.match(clinician.text, /F11|urn:local:programme/);
  const officer = await recordFor({ desk, patientId }, 'privacy-officer', 'HOPERAT');
  assert.equal(officer.value('demographics', 'extension').resource, { resourceType: 'Patient', extension });
});

test('history and feeds withhold the same', async (world) => {
  const vault = vaultOf(world, 'consumer', 'TREAT');
  const ring = (await vault.patientRing('acme', world.patientId)) as KeyRing;
  const asked = { from: 0, limit: 100, category: null, validAt: null, knownAt: null, ringOf: async () => ring };
  const history = await readHistory(world.desk.store, streams.patient('acme', world.patientId), asked);
  const feed = await readFeed({ store: world.desk.store, vault }, { feed: 'facts', tenant: 'acme', after: null, limit: 100 });
  for (const { lines, opened } of [
    // Of the person there are two parts.
    { lines: history.entries, opened: history.opened - 2 },
    { lines: feed.items.map(({ json }) => json), opened: feed.opened },
  ]) {
    assert.not.match(lines.join('\n'), /reactive|couch|needles|1049221/);
    assert.is(lines.filter((line) => line.includes('"withheld":true')).length, 4);
    assert.ok(lines.some((line) => line.includes('mother told')));
    assert.is(opened, 3, 'the allergy, its note and the visit: what was not opened is not counted');
  }
});

test('a part that is gone, doubled or moved is noticed, not read as withheld', async (world) => {
  const { desk, patientId } = world;
  const ring = (await desk.vault.patientRing('acme', patientId)) as KeyRing;
  const visit = (await eventsOf(world)).find(({ event }) => (event.data as { category?: string }).category === 'encounters')?.event;
  assert.ok(visit !== undefined);
  const place = { stream: visit.stream, eventId: visit.id };
  const [main, cut] = visit.sealed;
  assert.ok(main !== undefined && cut !== undefined && visit.sealed.length === 2);
  assert.is((await openWhole(ring, visit.sealed, place)).resource, VISIT);
  assert.is((await openWhole(ring, [cut, main], place)).resource, VISIT);
  for (const sealed of [[main], [cut], [], [main, main], [main, cut, cut]]) assert.is(await faultOf(openContent(ring, sealed, place)), 'content-unreadable');
  assert.is(await faultOf(openContent(ring, visit.sealed, { ...place, eventId: patientId })), 'content-unreadable');
  assert.is(await faultOf(openWhole(ring.limitedTo(new Set(['encounters'])), visit.sealed, place)), 'content-unreadable');
});

test('nothing in clear in the log names a label, a sensitive scope or a rule', async (world) => {
  const stored = JSON.stringify(await eventsOf(world));
  const codes = SENSITIVE_SCOPES.flatMap((scope) => SENSITIVITIES[scope].codes.filter((code) => code.length > 3));
  for (const word of [...SENSITIVE_SCOPES, ...codes, 'withheld', 'sensitivity', 'restricted', ACT_CODE]) assert.not.ok(stored.includes(word), word);
  assert.not.match(stored, /"scope":"(?!~|demographics|identifiers|allergies|provider-notes|encounters)/);
});

async function eventsOf({ desk, patientId }: World) {
  return desk.store.readStream(streams.patient('acme', patientId), { from: 0, limit: 100 });
}

test.run();
