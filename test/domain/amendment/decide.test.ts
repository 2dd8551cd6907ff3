import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type AmendmentCommand, type AmendmentState, amendmentDecider, type Denial } from '../../../domain/amendment/decide.js';
import { given, Story, uuid } from '../given.js';

const test = suite('amendments');

const [AMENDMENT, PATIENT] = [uuid('amendment'), uuid('ada')];
const DUE = '2026-04-30T22:00:00.000Z';
const request: AmendmentCommand = {
  name: 'request-amendment',
  data: {
    amendmentId: AMENDMENT,
    patientId: PATIENT,
    factId: uuid('fact'),
    category: 'allergies',
    element: null,
    assertions: [uuid('assertion')],
    receivedAt: '2026-03-01T09:00:00.000Z',
    dueBy: DUE,
    timeZone: 'Europe/Berlin',
  },
  text: 'I am not allergic',
};
const denied: Denial = { basis: 'accurate-and-complete', text: 'The test was positive.' };
const accept: AmendmentCommand = { name: 'accept', inform: [], denied: null };
const acceptInPart: AmendmentCommand = { name: 'accept', inform: ['Dr. Gray'], denied };
const deny: AmendmentCommand = { name: 'deny', denied };
const extend = (at: string, days = 30): AmendmentCommand => ({ name: 'extend', at, days, text: 'The old files are in a store.' });
const rebut: AmendmentCommand = { name: 'rebut', text: 'It was positive twice.' };
const disagree: AmendmentCommand = { name: 'state-disagreement', statement: 'It was another person’s.', includeRequest: false };
const include: AmendmentCommand = { name: 'state-disagreement', statement: null, includeRequest: true };

const told = (...commands: readonly AmendmentCommand[]) =>
  new Story<AmendmentState, AmendmentCommand>(amendmentDecider, `acme.amendment-${AMENDMENT}`).tell(request, ...commands);
const about = { amendmentId: AMENDMENT, patientId: PATIENT };
const rule = (name: string) => ({ kind: 'rejected', code: 'amendment-out-of-step', issues: [{ pointer: '', rule: name }] });

test('a request is sealed in the category of the disputed fact', () => {
  given(amendmentDecider)
    .when(request)
    .thenEvents({
      type: 'amendment-requested',
      data: { assertions: [uuid('assertion')], dueBy: DUE },
      content: { scope: 'allergies', text: 'I am not allergic' },
    });
});

test('it is accepted in full, with or without anybody to inform', () => {
  told()
    .when(accept)
    .thenEvents({ type: 'amendment-accepted', data: { ...about, extent: 'full' }, content: null });
});

test('accepted in part, the rest is denied at the same time', () => {
  told()
    .when(acceptInPart)
    .thenEvents(
      { type: 'amendment-accepted', data: { ...about, extent: 'partial' }, content: { scope: 'allergies', text: '["Dr. Gray"]' } },
      { type: 'amendment-denied', data: { ...about, basis: 'accurate-and-complete' }, content: { scope: 'allergies', text: 'The test was positive.' } },
    );
});

test('it is answered once', () => {
  for (const first of [accept, acceptInPart, deny])
    for (const second of [accept, deny, extend('2026-03-02T00:00:00.000Z')]) assert.equal(told(first).when(second).decision, rule('not-answered-yet'));
});

test('the time is extended once, before it is over, by the days after the sixtieth', () => {
  told()
    .when(extend('2026-04-30T21:59:59.999Z'))
    .thenEvents({ type: 'amendment-extended', data: { ...about, days: 30, dueBy: '2026-05-30T22:00:00.000Z' } });
  told()
    .when(extend('2026-04-30T21:59:59.999Z', 1))
    .thenEvents({ type: 'amendment-extended', data: { dueBy: '2026-05-01T22:00:00.000Z' } });
  told().when(extend(DUE)).thenRefused('deadline-passed');
  told(extend('2026-03-02T00:00:00.000Z')).when(extend('2026-03-03T00:00:00.000Z')).thenRefused('extension-used');
});

test('a late answer is still an answer', () => {
  told(extend('2026-03-02T00:00:00.000Z')).when(deny).thenEvents({ type: 'amendment-denied' });
});

test('a statement of disagreement follows a denial, and one rebuttal a statement', () => {
  assert.equal(told().when(disagree).decision, rule('only-after-denial'));
  assert.equal(told(accept).when(disagree).decision, rule('only-after-denial'));
  told(acceptInPart)
    .when(disagree)
    .thenEvents({ type: 'amendment-disagreed', data: { statement: true } });
  assert.equal(told(deny).when(rebut).decision, rule('only-after-statement'));
  assert.equal(told(deny, include).when(rebut).decision, rule('only-after-statement'));
  told(deny, disagree)
    .when(rebut)
    .thenEvents({ type: 'amendment-rebutted', data: about, content: { scope: 'allergies', text: 'It was positive twice.' } });
  assert.equal(told(deny, disagree, rebut).when(rebut).decision, rule('one-rebuttal'));
  assert.equal(told(deny, disagree).when(disagree).decision, rule('one-statement'));
});

test('without a statement the individual may ask that request and denial travel, and may still make a statement later', () => {
  told(deny)
    .when(include)
    .thenEvents({ type: 'amendment-disagreed', data: { ...about, statement: false, includeRequest: true }, content: null });
  assert.equal(told(deny, include).when(include).decision, rule('asked-already'));
  told(deny, include)
    .when(disagree)
    .thenEvents({ type: 'amendment-disagreed', data: { statement: true } });
});

test('what nobody asked cannot be answered', () => {
  for (const command of [accept, deny, extend(DUE), rebut, disagree]) given(amendmentDecider).when(command).thenRefused('unknown-amendment');
});

test.run();
