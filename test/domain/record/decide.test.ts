import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { patientDecider } from '../../../domain/record/decide.js';
import { given } from '../given.js';
import { corrects, patient, records, register, retracts, saying, updates } from './saying.js';

const recording = suite('recording facts');

recording('nothing can be said of a patient who was never registered', () => {
  for (const command of [records(), corrects(), retracts(), updates()]) given(patientDecider).when(command).thenRefused('unknown-patient');
});

recording('what a source says first of a record becomes an event, sealed as it says', () => {
  const said = saying();
  patient()
    .when(records())
    .thenEvents({
      type: 'fact-recorded',
      data: { assertionId: said.newAssertionId, sourceVersion: '1', contentToken: said.contentToken, statements: said.statements },
      source: { id: 'ehr', recordKey: said.recordKey },
      content: said.content,
    });
});

recording('the same version with the same content is the first event again', () => {
  const story = patient(records());
  story.when(records()).thenRepeats(story.last());
});

recording('the same version with other content is refused', () => {
  patient(records())
    .when(records({ words: 'amoxicillin' }))
    .thenRefused('source-version-conflict');
});

recording('a record without a version is a repeat of itself, and a conflict with other content', () => {
  const story = patient(records({ version: null }));
  story.when(records({ version: null })).thenRepeats(story.last());
  story.when(records({ version: null, words: 'other' })).thenRefused('source-version-conflict');
});

recording('a higher version is an event of the same assertion, whatever id came with it', () => {
  patient(records())
    .when({ name: 'record-fact', assertion: { ...saying({ version: '2', words: 'b' }), newAssertionId: 'unused' } })
    .thenEvents({ type: 'fact-recorded', data: { assertionId: saying().newAssertionId, sourceVersion: '2' } });
});

recording('a lower version that comes late is recorded all the same, and a repeat of it is known', () => {
  const story = patient(records({ version: '10' }), records({ version: '9', words: 'older' }));
  assert.is(story.recorded.length, 3);
  story.when(records({ version: '9', words: 'older' })).thenRepeats(story.last());
});

recording('a version that was superseded is still known as a repeat', () => {
  const story = patient(records(), records({ version: '2', words: 'b' }));
  story.when(records()).thenRepeats(story.events[1] as never);
});

recording('two sources may use one record id for two things', () => {
  patient(records())
    .when(records({ source: 'lis', words: 'other' }))
    .thenEvents({ type: 'fact-recorded' });
});

recording.run();

const correcting = suite('correcting facts');

correcting('a correction replaces the live version and keeps its number', () => {
  const story = patient(records({ version: '4' }));
  story
    .when(corrects({ version: null, words: 'b' }))
    .thenEvents({ type: 'fact-corrected', data: { replaces: [story.last().id], sourceVersion: '4', reason: 'correction' } });
});

correcting('the version after a correction supersedes it, and the corrected version does not come back', () => {
  const story = patient(records({ version: '4' }), corrects({ version: null, words: 'b' }));
  const correction = story.last();
  story.tell(records({ version: '5', words: 'c' }));
  story.when(corrects({ version: null, words: 'd' })).thenEvents({ type: 'fact-corrected', data: { replaces: [story.last().id], sourceVersion: '5' } });
  story.when(records({ version: '4', words: 'b' })).thenRepeats(correction);
});

correcting('a correction sent again is the first one', () => {
  const story = patient(records(), corrects({ version: null, words: 'b' }));
  story.when(corrects({ version: null, words: 'b' })).thenRepeats(story.last());
  story.when(corrects({ version: '1', words: 'b' })).thenRepeats(story.last());
});

correcting('two versions that cannot be compared are both corrected by one correction', () => {
  const story = patient(records({ version: 'blue' }), records({ version: 'green', words: 'b' }));
  const [, first, second] = story.events;
  story
    .when(corrects({ version: null, words: 'c' }))
    .thenEvents({ type: 'fact-corrected', data: { replaces: [first?.id, second?.id], sourceVersion: 'blue' } });
});

correcting('a correction with a version of its own that a newer one has overtaken is a repeat when it is known, else refused', () => {
  const story = patient(records(), corrects({ version: '2', words: 'b' }));
  const correction = story.last();
  story.tell(records({ version: '3', words: 'c' }));
  story.when(corrects({ version: '2', words: 'b' })).thenRepeats(correction);
  story.when(corrects({ version: '2', words: 'z' })).thenRefused('source-version-conflict');
  story.when(corrects({ version: '0', words: 'z' })).thenRefused('source-version-conflict');
});

correcting('what was never recorded, or was retracted, or moves to another category cannot be corrected', () => {
  patient().when(corrects()).thenRefused('unknown-fact');
  patient(records(), retracts())
    .when(corrects({ words: 'b' }))
    .thenRefused('fact-retracted');
  patient(records())
    .when(corrects({ words: 'b', category: 'conditions' }))
    .thenRefused('category-changed');
  patient(records())
    .when(corrects({ source: 'lis', words: 'b' }))
    .thenRefused('unknown-fact');
});

correcting('a record that a newer version moved to another category is corrected there', () => {
  const moved = patient(records(), records({ version: '2', words: 'b', category: 'conditions' }), records({ version: '0', words: 'late' }));
  moved.when(corrects({ version: null, words: 'c', category: 'conditions' })).thenEvents({ type: 'fact-corrected', data: { category: 'conditions' } });
});

correcting.run();

const retracting = suite('retracting facts');

retracting('a retraction takes back every live version', () => {
  const story = patient(records({ version: 'blue' }), records({ version: 'green', words: 'b' }));
  const [, first, second] = story.events;
  story.when(retracts()).thenEvents({
    type: 'fact-retracted',
    data: { category: 'allergies', assertionId: saying().newAssertionId, replaces: [first?.id, second?.id], reason: 'entered-in-error' },
    content: null,
  });
});

retracting('twice is once', () => {
  const story = patient(records(), retracts());
  story.when(retracts()).thenRepeats(story.last());
});

retracting('what was never said cannot be taken back, nor what another source said', () => {
  patient().when(retracts()).thenRefused('unknown-fact');
  patient(records())
    .when(retracts({ source: 'lis' }))
    .thenRefused('unknown-fact');
});

retracting('a lower version that comes after it stays dead, and a second retraction is still the first', () => {
  const story = patient(records({ version: '2' }), retracts());
  const retraction = story.last();
  story.tell(records({ version: '1', words: 'late' }));
  story.when(corrects({ version: null, words: 'c' })).thenRefused('fact-retracted');
  story.when(retracts()).thenRepeats(retraction);
});

retracting('a higher version revives the record, and can be retracted anew', () => {
  const story = patient(records(), retracts(), records({ version: '2', words: 'again' }));
  story.when(retracts()).thenEvents({ type: 'fact-retracted', data: { replaces: [story.last().id] } });
});

retracting('what was retracted and is sent once more by a blind retry stays retracted', () => {
  const story = patient(records(), retracts());
  story.when(records()).thenRepeats(story.events[1] as never);
});

retracting.run();

const demographics = suite('demographics');
const named = (name: string) => ({ version: null, elements: { name } });

demographics('registering again is a repeat, and an update when something changed', () => {
  const story = patient();
  story.when(register()).thenRepeats(story.last());
  story.when(register({ version: '2', elements: { name: 'Eve' } })).thenEvents({ type: 'demographics-updated', data: { replaces: [], sourceVersion: '2' } });
  story.when(register({ elements: { name: 'Eve' } })).thenRefused('source-version-conflict');
});

demographics('another source states its own beside them', () => {
  patient()
    .when(updates({ source: 'lis' }))
    .thenEvents({ type: 'demographics-updated', data: { replaces: [] } });
});

demographics('without a version the newest statement takes the place of the one before', () => {
  const story = patient(updates({ source: 'lis', ...named('A') }));
  const first = story.last();
  story.when(updates({ source: 'lis', ...named('B') })).thenEvents({ type: 'demographics-updated', data: { replaces: [first.id] } });
});

demographics('a value may come back: A, B, A are three statements, and A sent twice is one', () => {
  const story = patient(...['A', 'B', 'A', 'A'].map((name) => updates({ source: 'lis', ...named(name) })));
  assert.equal(
    story.decisions.slice(1).map(({ kind }) => kind),
    ['accept', 'accept', 'accept', 'repeat'],
  );
  story.when(updates({ source: 'lis', ...named('A') })).thenRepeats(story.last());
});

demographics.run();
