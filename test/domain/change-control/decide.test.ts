import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CHANGE_SCOPE, type ChangeCommand, changeDecider } from '../../../domain/change-control/decide.js';
import type { ChangeState } from '../../../domain/change-control/state.js';
import { given, Story, uuid } from '../given.js';

const test = suite('change control');

const CHANGE = uuid('change');
const NOON = '2026-03-01T12:00:00.000Z';
const NEXT_WEEK = '2026-03-08T12:00:00.000Z';

/** The events of a story have no author of their own: each step is told by whoever the command names. */
class ChangeStory extends Story<ChangeState, ChangeCommand> {
  constructor() {
    super(byItsSubject(), `acme.change-${CHANGE}`);
  }
}

/** As `execute` would have it: the author of an event is the caller of the command. */
function byItsSubject(): typeof changeDecider {
  let subject = '';
  return {
    initial: changeDecider.initial,
    evolve: (state, event, revision) => changeDecider.evolve(state, { ...event, actor: { ...event.actor, subject } }, revision),
    decide: (state, command) => {
      if ('subject' in command) subject = command.subject;
      return changeDecider.decide(state, command);
    },
  };
}

const propose = (subject: string, emergency = false): ChangeCommand => ({
  name: 'propose-change',
  scope: 'change-control',
  subject,
  data: {
    changeId: CHANGE,
    command: 'merge-patients',
    patientId: null,
    expiresAt: emergency ? null : NEXT_WEEK,
    reviewDueBy: emergency ? '2026-03-04T12:00:00.000Z' : null,
    followsUp: null,
    reason: 'registered twice',
  },
  text: '{"survivor":"…"}',
});
const approve = (subject: string, at = NOON): ChangeCommand => ({ name: 'approve-change', subject, at, reason: null });
const refuse = (subject: string, at = NOON): ChangeCommand => ({ name: 'reject-change', subject, at, reason: 'father and son' });
const done: ChangeCommand = { name: 'conclude', outcome: { effects: [uuid('effect')] } };
const failed: ChangeCommand = { name: 'conclude', outcome: { code: 'already-merged' } };
const review = (subject: string, verdict: 'upheld' | 'not-upheld' = 'upheld'): ChangeCommand => ({ name: 'review-change', subject, verdict, reason: 'seen' });

const told = (...commands: readonly ChangeCommand[]) => new ChangeStory().tell(...commands);
const kinds = (story: ChangeStory) => story.events.map(({ type }) => type);
const after = (commands: readonly ChangeCommand[], last: ChangeCommand) => told(...commands, last).decisions.at(-1);
const refused = (code: string) => ({ kind: 'rejected', code });

test('a proposal is kept sealed under its own scope', () => {
  given(changeDecider)
    .when(propose('ann'))
    .thenEvents({ type: 'change-proposed', data: { changeId: CHANGE, expiresAt: NEXT_WEEK }, content: { scope: CHANGE_SCOPE, text: '{"survivor":"…"}' } });
});

test('another person approves it, and what became of it is put on record once', () => {
  const story = told(propose('ann'), approve('bob'), done, failed, done);
  assert.equal(kinds(story), ['change-proposed', 'change-approved', 'change-applied']);
  assert.equal(story.last().data, { changeId: CHANGE, outcome: 'applied', code: null, effects: [uuid('effect')], followsUp: null });
});

test('nobody approves their own proposal, but may withdraw it', () => {
  assert.equal(after([propose('ann')], approve('ann')), refused('own-proposal'));
  assert.equal(kinds(told(propose('ann'), refuse('ann'))), ['change-proposed', 'change-rejected']);
});

test('a proposal that nobody answered in time can neither be approved nor rejected', () => {
  assert.equal(after([propose('ann')], approve('bob', NEXT_WEEK)), refused('change-expired'));
  assert.equal(after([propose('ann')], refuse('bob', NEXT_WEEK)), refused('change-expired'));
  assert.is(after([propose('ann')], approve('bob', '2026-03-08T11:59:59.999Z'))?.kind, 'accept');
});

test('an approval repeated by the same person is the same approval, also when the proposal would have expired since', () => {
  assert.is(after([propose('ann'), approve('bob'), done], approve('bob', NEXT_WEEK))?.kind, 'repeat');
});

test('an approval whose effect is missing may be completed by a third person, and is then settled', () => {
  assert.is(after([propose('ann'), approve('bob')], approve('cyd'))?.kind, 'repeat');
  assert.equal(after([propose('ann'), approve('bob'), done], approve('cyd')), refused('change-decided'));
  assert.equal(after([propose('ann'), approve('bob')], approve('ann')), refused('own-proposal'));
});

test('what was decided is not decided again', () => {
  assert.equal(after([propose('ann'), refuse('bob')], approve('cyd')), refused('change-decided'));
  assert.equal(after([propose('ann'), approve('bob')], refuse('cyd')), refused('change-decided'));
  assert.is(after([propose('ann'), refuse('bob')], refuse('bob'))?.kind, 'repeat');
  assert.equal(after([propose('ann'), refuse('bob')], refuse('cyd')), refused('change-decided'));
});

test('an emergency needs no approval and takes none; another person reviews it', () => {
  assert.equal(kinds(told(propose('ann', true), done)), ['change-proposed', 'change-applied']);
  assert.equal(after([propose('ann', true)], approve('bob')), refused('change-decided'));
  assert.equal(after([propose('ann', true)], refuse('bob')), refused('change-decided'));
  assert.equal(after([propose('ann', true), done], review('ann')), refused('own-proposal'));
  assert.equal(kinds(told(propose('ann', true), done, review('bob', 'not-upheld'))), ['change-proposed', 'change-applied', 'change-reviewed']);
});

test('a review is given once, and only of an emergency that took effect', () => {
  assert.equal(after([propose('ann'), approve('bob'), done], review('cyd')), refused('review-not-due'));
  assert.equal(after([propose('ann', true), failed], review('bob')), refused('review-not-due'));
  assert.is(after([propose('ann', true), done, review('bob')], review('bob'))?.kind, 'repeat');
  assert.equal(after([propose('ann', true), done, review('bob')], review('bob', 'not-upheld')), refused('change-decided'));
});

test('a change that nobody proposed is unknown', () => {
  for (const command of [approve('bob'), refuse('bob'), done, review('bob')]) assert.equal(after([], command), refused('unknown-change'));
});

test('whatever one person alone does, in whatever order, no change takes effect', () => {
  const command = fc.constantFrom<ChangeCommand>(propose('ann'), approve('ann'), approve('ann', NEXT_WEEK), refuse('ann'), done, failed, review('ann'));
  fc.assert(
    fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
      const types = kinds(told(...commands));
      assert.not.ok(types.includes('change-applied') || types.includes('change-approved'), types.join());
    }),
    { numRuns: 500 },
  );
});

test('whatever several people do, a change is concluded once at most, and only after a second person approved it', () => {
  const people = fc.constantFrom('ann', 'bob', 'cyd');
  const command = fc.oneof(
    people.map((who) => propose(who)),
    people.map((who) => approve(who)),
    people.map((who) => refuse(who)),
    fc.constantFrom(done, failed),
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
      const types = kinds(told(...commands));
      const applied = types.indexOf('change-applied');
      assert.is(types.filter((type) => type === 'change-applied').length, applied === -1 ? 0 : 1);
      if (applied !== -1) assert.ok(types.slice(0, applied).includes('change-approved'));
      assert.not.ok(types.includes('change-approved') && types.includes('change-rejected'));
    }),
    { numRuns: 500 },
  );
});

test.run();
