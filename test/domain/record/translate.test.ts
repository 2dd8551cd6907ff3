import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { evolvePatient, initialPatient } from '../../../domain/record/state.js';
import { untranslated } from '../../../domain/record/translate.js';
import type { LedgerEvent } from '../../../schemas/catalogue.js';
import { token, uuid } from '../given.js';
import { corrects, PATIENT, patient, records, retracts, saying } from './saying.js';

const test = suite('translating statements');
const SURVIVOR = uuid('the survivor');

function translates(events: readonly LedgerEvent[], toward = SURVIVOR) {
  const statements = events.map((event) => ({
    eventId: event.id,
    source: 'ehr',
    recordKey: token('ehr|r1'),
    element: null,
    part: null,
    identity: [token('identity')],
    value: token('value'),
    precision: [],
    codes: [],
    ranges: [],
    asserts: [],
    contradicts: [],
  }));
  return { name: 'translate-statements', patientId: PATIENT, toward, statements } as const;
}

function pending(story: ReturnType<typeof patient>, toward = SURVIVOR): string[] {
  const state = story.events.reduce((folded, event, revision) => evolvePatient(folded, event, revision), initialPatient());
  return untranslated(state, toward).map(({ eventId }) => eventId);
}

const idsOf = (events: readonly LedgerEvent[]) => events.map(({ id }) => id);

test('before anything is translated, everything live is still to be', () => {
  const story = patient(records(), records({ record: 'r2' }));
  assert.equal(pending(story), idsOf(story.events));
});

test('what was translated is done, and what comes later is not', () => {
  const story = patient(records());
  story.tell(translates(story.events));
  assert.equal(pending(story), []);
  story.tell(records({ record: 'r2' }));
  assert.equal(pending(story), [story.last().id]);
  assert.equal(pending(story, uuid('somebody else')).length, 3);
});

test('what was corrected, superseded or retracted needs no translation any more', () => {
  const story = patient(records(), records({ record: 'r2' }), records({ record: 'r3' }));
  const [registered] = story.events as [LedgerEvent];
  story.tell(translates([registered]), corrects({ version: null, words: 'b' }));
  const correction = story.last();
  story.tell(records({ record: 'r2', version: '2', words: 'c' }));
  const newer = story.last();
  story.tell(retracts({ record: 'r3' }));
  assert.equal(pending(story), [correction.id, newer.id]);
});

test('a late, lower version is never live and never to be translated', () => {
  const story = patient(records({ version: '2' }));
  story.tell(translates(story.events), records({ version: '1', words: 'older' }));
  assert.equal(pending(story), []);
});

test('what somebody else translated meanwhile is left out, and when nothing is left it is a repeat', () => {
  const story = patient(records());
  const [registered, recorded] = story.events as [LedgerEvent, LedgerEvent];
  story.tell(translates([registered]));
  story
    .when(translates([registered, recorded]))
    .thenEvents({ type: 'statements-translated', data: { patientId: PATIENT, toward: SURVIVOR, statements: translates([recorded]).statements } });
  story.when(translates([registered])).thenRepeats(story.last());
});

test('nothing is translated of a patient who has no such statement', () => {
  const story = patient();
  story.when(translates([{ ...story.last(), id: uuid('another event') }])).thenRefused('unknown-fact');
});

test('of a merged patient the statement and its translation are one decision, and the translation names the event', () => {
  const eventId = uuid('the event to come');
  const translation = { toward: SURVIVOR, eventId, statements: [] };
  const story = patient();
  const { decision } = story.when({ name: 'record-fact', assertion: { ...saying(), translation } });
  const drafts = decision.kind === 'accept' ? decision.drafts : [];
  assert.equal(
    drafts.map(({ type, id }) => [type, id]),
    [
      ['fact-recorded', eventId],
      ['statements-translated', undefined],
    ],
  );
});

test.run();
