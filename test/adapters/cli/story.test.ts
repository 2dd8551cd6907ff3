import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { prefaceOf, saidIn } from '../../../adapters/cli/story.js';

const answering = { patientId: 'a', askedFor: 'a', mergedPatients: [], validAt: null, knownAt: null, designationsAt: null };

test('what a page says of each statement is told apart from what is withheld and from what nobody can open', () => {
  const value = { eventId: 'e1', unreadable: true, code: 'content-unreadable', resource: null };
  const alternatives = [
    { eventId: 'e2', resource: { resourceType: 'Condition', code: { text: 'cough' } } },
    { eventId: 'e3', withheld: true, resource: null },
    { eventId: 'e4' },
  ];
  const said = saidIn(JSON.stringify({ facts: [{ factId: 'f', value, alternatives }] }));
  assert.equal(
    [...said],
    [
      ['f|e1', null],
      ['f|e2', 'cough'],
    ],
  );
  assert.equal([...saidIn('{"facts":[]}'), ...saidIn('{}')], []);
});

test('the preface tells whose record it is and as of when', () => {
  assert.is(prefaceOf(answering), 'Patient a. As known now.');
  assert.is(
    prefaceOf({ ...answering, askedFor: 'b', mergedPatients: ['b'], knownAt: { time: 't' }, validAt: 'v', designationsAt: 'd' }),
    'Patient a, who answers for b. One by merges with b. As known on t, as true on v, by the designations of d.',
  );
  assert.is(prefaceOf({ ...answering, knownAt: { position: '7' } }), 'Patient a. As known at position 7.');
});

test.run();
