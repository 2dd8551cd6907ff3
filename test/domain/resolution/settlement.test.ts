import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { disputesAmong } from '../../../domain/resolution/disputes.js';
import { groupIntoFacts } from '../../../domain/resolution/grouping.js';
import { resolveFact } from '../../../domain/resolution/resolve.js';
import { type Settling, settle } from '../../../domain/resolution/settlement.js';
import { isTakenBack } from '../../../domain/resolution/taken-back.js';
import type { Assertion, Fact, Judgement } from '../../../schemas/read-models/fact.js';
import { uuid } from '../given.js';
import { assertionOf, by, designation, type HeadSaid, OWNER } from './facts.js';

const holding = suite('a settlement held against the facts');

const says = (source: string, value: string, more: HeadSaid & Partial<Assertion> = {}) => {
  const { about = ['same'], version = '1', standing = 'stated', asserts = [], contradicts = [], ...rest } = more;
  return assertionOf(source, '1', [{ about, value, version, standing, asserts, contradicts }], rest as Partial<Assertion>);
};
const facts = (...assertions: readonly Assertion[]) => groupIntoFacts(OWNER, assertions);
const idsOf = (...all: readonly Fact[]) => all.flatMap(({ assertions }) => assertions.flatMap(({ heads }) => heads.map(({ eventId }) => eventId)));
const nameOf = (source: string) => uuid(`${source}|1`);

function asked(about: readonly Fact[], more: Partial<Settling> & Pick<Settling, 'decision'>): Settling {
  return { factId: about[0]?.factId ?? '', otherFactId: null, chosen: null, groups: null, judged: idsOf(...about), ...more };
}

function refusal(all: readonly Fact[], settling: Settling): string {
  const settled = settle(all, settling);
  return 'kind' in settled ? [settled.code, ...(settled.issues ?? []).map(({ pointer, rule }) => `${pointer} ${rule}`)].join(' ') : 'settled';
}

holding('one of the statements is chosen, and all that were looked at are named with their events', () => {
  const all = facts(says('ehr', 'x'), says('lis', 'y'));
  const settled = settle(all, asked(all, { decision: 'choose', chosen: nameOf('lis') }));
  assert.ok(!('kind' in settled));
  assert.is(settled.chosen, nameOf('lis'));
  assert.equal(
    settled.judged.map(({ eventId }) => eventId),
    idsOf(...all),
  );
});

holding('a fact is found under the id of any of its statements', () => {
  const all = facts(says('ehr', 'x'), says('lis', 'y'));
  assert.is(refusal(all, asked(all, { decision: 'keep-both', factId: nameOf('lis') })), 'settled');
  assert.is(refusal(all, asked(all, { decision: 'keep-both', factId: uuid('nothing') })), 'unknown-conflict /factId known-fact');
});

holding('whoever has not seen every live statement, or has seen one that is gone, has read something else', () => {
  const all = facts(says('ehr', 'x'), says('lis', 'y'));
  for (const judged of [idsOf(...all).slice(1), [...idsOf(...all), uuid('gone')]]) {
    assert.is(refusal(all, asked(all, { decision: 'keep-both', judged })), 'conflict-changed');
  }
  const taken = facts(says('ehr', 'x'), says('lis', 'y'), says('ris', 'z', { standing: 'entered-in-error' }));
  assert.is(refusal(taken, asked([taken[0] as Fact], { decision: 'keep-both' })), 'settled');
});

holding('where nothing differs there is nothing to settle, but for a copy of what was taken back', () => {
  const agreed = facts(says('ehr', 'x'), says('lis', 'x'));
  assert.is(refusal(agreed, asked(agreed, { decision: 'keep-both' })), 'unknown-conflict /factId known-fact');
  const copy = facts(says('ehr', 'x'), says('lis', 'x', { standing: 'entered-in-error' }));
  const fact = copy.find(({ assertions }) => !assertions.some(isTakenBack)) as Fact;
  assert.is(refusal(copy, asked([fact], { decision: 'keep-both' })), 'settled');
});

holding('what does not fit its decision is refused with the place', () => {
  const all = facts(says('ehr', 'x'), says('lis', 'y'), says('ris', 'z', { about: ['other'] }), says('zis', 'z', { about: ['third'], category: 'conditions' }));
  const [first, other, third] = all as [Fact, Fact, Fact];
  const invalid = (settling: Settling) => refusal(all, settling);
  assert.is(invalid(asked([first], { decision: 'choose' })), 'invalid-settlement /chosen assertion-of-the-fact');
  assert.is(invalid(asked([first], { decision: 'choose', chosen: nameOf('ris') })), 'invalid-settlement /chosen assertion-of-the-fact');
  assert.is(invalid(asked([first, other], { decision: 'choose', otherFactId: other.factId })), 'invalid-settlement /otherFactId not-with-choose');
  assert.is(invalid(asked([first], { decision: 'same' })), 'invalid-settlement /otherFactId another-fact');
  assert.is(invalid(asked([first], { decision: 'same', otherFactId: first.factId })), 'invalid-settlement /otherFactId another-fact');
  assert.is(invalid(asked([first], { decision: 'keep-both', otherFactId: nameOf('lis') })), 'invalid-settlement /otherFactId another-fact');
  assert.is(invalid(asked([first, third], { decision: 'same', otherFactId: third.factId })), 'invalid-settlement /otherFactId same-category-and-element');
  for (const groups of [null, [[nameOf('ehr')]], [[nameOf('ehr')], [nameOf('ehr')]], [[nameOf('ehr')], [nameOf('ris')]]]) {
    assert.is(invalid(asked([first], { decision: 'not-same', groups })), 'invalid-settlement /groups every-assertion-of-the-fact-once');
  }
});

holding.run();

const lasting = suite('how long a settlement lasts');

/** The statements as they are after a steward has settled them. */
function settledBy(settling: Settling, assertions: readonly Assertion[], nth = 1, more: Partial<Judgement> = {}): Assertion[] {
  const settled = settle(facts(...assertions), settling);
  if ('kind' in settled) throw new Error(settled.code);
  const judgement: Omit<Judgement, 'eventId' | 'group'> = {
    settlement: uuid(`settlement ${nth}`),
    patientId: OWNER.root,
    version: nth,
    position: String(nth),
    recordedAt: `2026-02-0${nth}T00:00:00.000Z`,
    subject: 'steward-1',
    decision: settling.decision,
    chosen: settled.chosen,
    statements: settled.judged.length,
    groups: new Set(settled.judged.map(({ group }) => group)).size,
    reason: 'asked the patient',
    withdrawn: false,
    ...more,
  };
  return assertions.map((one) => {
    const own = settled.judged.find(({ assertionId }) => assertionId === one.assertionId);
    return own === undefined ? one : { ...one, judgements: [...one.judgements, { ...judgement, eventId: own.eventId, group: own.group }] };
  });
}

const two = [says('ehr', 'x'), says('lis', 'y')];
const chosen = (source: string, all: readonly Assertion[] = two, nth = 1, more: Partial<Judgement> = {}) =>
  settledBy(asked(facts(...all), { decision: 'choose', chosen: nameOf(source) }), all, nth, more);
const resolved = (all: readonly Assertion[], designations = [designation(['ehr'])]) =>
  facts(...all)
    .map((fact) => resolveFact(fact, by(designations)))
    .filter((one) => one !== undefined);
const story = (all: readonly Assertion[]) => resolved(all).map(({ winner, state }) => `${winner.assertion.source} ${state}`);
const restates = (all: readonly Assertion[], changed: Assertion) =>
  all.map((one) => (one.assertionId === changed.assertionId ? { ...changed, judgements: one.judgements } : one));

lasting('what a steward chose is believed against any designation', () => {
  assert.equal(story(two), ['ehr open']);
  assert.equal(story(chosen('lis')), ['lis settled']);
});

lasting('it ends by itself when a judged statement changes, is taken back or goes', () => {
  const settled = chosen('lis');
  assert.equal(story(restates(settled, says('ehr', 'z', { version: '2' }))), ['ehr open']);
  assert.equal(story(restates(settled, says('lis', 'z', { version: '2' }))), ['ehr open']);
  assert.equal(
    story(restates(settled, assertionOf('ehr', '1', []))).filter((one) => one !== 'undefined'),
    story([settled[1] as Assertion]),
  );
  assert.equal(story(restates(settled, assertionOf('ehr', '1', [])).slice(1)), ['lis agreed']);
});

lasting('a new statement that says what was judged changes nothing; one that says something else opens it, and the choice stands', () => {
  const settled = chosen('lis');
  assert.equal(story([...settled, says('ris', 'y')]), ['lis settled']);
  assert.equal(story([...settled, says('ris', 'z')]), ['lis open']);
});

lasting('the later settlement counts, and taking it back leaves the sources in disagreement', () => {
  const again = chosen('ehr', chosen('lis'), 2);
  assert.equal(story(again), ['ehr settled']);
  const taken = chosen('lis', chosen('ehr', two), 2, { withdrawn: true });
  assert.equal(story(taken), ['ehr open']);
  assert.is(resolved(taken)[0]?.settlement, undefined);
});

lasting('a clock that was set back turns no two settlements round', () => {
  const again = chosen('ehr', chosen('lis', two, 1, { recordedAt: '2026-03-01T00:00:00.000Z' }), 2, { recordedAt: '2026-02-01T00:00:00.000Z' });
  assert.equal(story(again), ['ehr settled']);
});

lasting('both may be kept, and then nobody has to look', () => {
  const kept = settledBy(asked(facts(...two), { decision: 'keep-both' }), two);
  assert.equal(story(kept), ['ehr settled']);
  assert.equal(resolved(kept)[0]?.alternatives.length, 1);
});

lasting('what a steward has to decide stays as they decided, even when what they judged has changed', () => {
  const birth = (source: string, value: string, version = '1') => says(source, value, { category: 'demographics', element: 'birthDate', version });
  const settled = settledBy(asked(facts(birth('ehr', '1960'), birth('lis', '1961')), { decision: 'choose', chosen: nameOf('lis') }), [
    birth('ehr', '1960'),
    birth('lis', '1961'),
  ]);
  assert.equal(story(settled), ['lis settled']);
  assert.equal(story(restates(settled, birth('ehr', '1962', '2'))), ['lis open']);
  assert.not.ok(resolved(restates(settled, birth('ehr', '1962', '2')))[0]?.settlement?.inForce);
});

lasting('two facts that seemed one are two, until one of them says something else', () => {
  const parted = settledBy(asked(facts(...two), { decision: 'not-same', groups: [[nameOf('ehr')], [nameOf('lis')]] }), two);
  assert.equal(story(parted), ['ehr agreed', 'lis agreed']);
  assert.ok(facts(...parted).every(({ cut }) => cut));
  assert.equal(story(restates(parted, says('lis', 'z', { version: '2' }))), ['ehr open']);
});

lasting('a third that shares the name joins one of the two, and never joins them', () => {
  const parted = settledBy(asked(facts(...two), { decision: 'not-same', groups: [[nameOf('ehr')], [nameOf('lis')]] }), two);
  const groups = facts(...parted, says('ris', 'x')).map(({ assertions }) => assertions.map(({ source }) => source));
  assert.equal(groups, [['ehr', 'ris'], ['lis']]);
});

lasting("another record of one source is still not joined to that source's own by a name alone", () => {
  const parted = settledBy(asked(facts(...two), { decision: 'not-same', groups: [[nameOf('ehr')], [nameOf('lis')]] }), two);
  const another = assertionOf('ehr', '2', [{ about: ['same'], value: 'x' }]);
  for (const fact of facts(...parted, another))
    assert.not.equal(
      fact.assertions.map(({ source }) => source),
      ['ehr', 'ehr'],
    );
});

lasting('one fact that seemed two is one', () => {
  const apart = [says('ehr', 'x'), says('lis', 'y', { about: ['other'] })];
  const joined = settledBy(asked(facts(...apart), { decision: 'same', otherFactId: nameOf('lis') }), apart);
  assert.equal(story(joined), ['ehr open']);
  assert.equal(story(restates(joined, says('lis', 'z', { about: ['other'], version: '2' }))), ['ehr agreed', 'lis agreed']);
});

const none = says('ehr', 'none', { about: ['none'], asserts: ['none'], contradicts: ['some'] });
const some = says('lis', 'some', { about: ['penicillin'], asserts: ['some'], contradicts: ['none'] });
const disputed = (all: readonly Assertion[]) =>
  disputesAmong(resolved(all)).map(({ facts: pair, settlement }) => [pair.length, settlement?.decision ?? 'open']);

lasting('two facts that contradict each other may both stand, as long as both stand as they did', () => {
  assert.equal(disputed([none, some]), [[2, 'open']]);
  const kept = settledBy(asked(facts(none, some), { decision: 'keep-both', otherFactId: nameOf('lis') }), [none, some]);
  assert.equal(disputed(kept), [[2, 'keep-both']]);
  const changed = says('lis', 'worse', { about: ['penicillin'], asserts: ['some'], contradicts: ['none'], version: '2' });
  assert.equal(disputed(restates(kept, changed)), [[2, 'open']]);
});

lasting('that two facts may both stand does not undo what was chosen within one of them', () => {
  const other = says('ris', 'milder', { about: ['penicillin'], asserts: ['some'], contradicts: ['none'] });
  const within = settledBy(asked(facts(some, other), { decision: 'choose', chosen: nameOf('ris') }), [some, other]);
  const all = [none, ...within];
  const both = settledBy(asked(facts(...all), { decision: 'keep-both', otherFactId: nameOf('lis') }), all, 2);
  assert.equal(story(both), ['ehr agreed', 'ris settled']);
  assert.equal(disputed(both), [[2, 'keep-both']]);
});

lasting("a source's other record of the same is no copy of what it took back", () => {
  const error = assertionOf('ehr', '1', [{ about: ['same'], standing: 'entered-in-error' }]);
  const again = assertionOf('ehr', '2', [{ about: ['same'], value: 'x' }]);
  const [fact] = facts(again) as [Fact];
  const [copy] = facts(says('lis', 'x')) as [Fact];
  assert.is(resolveFact(fact, by([], { takenBack: [error] }))?.state, 'agreed');
  assert.is(resolveFact(copy, by([], { takenBack: [error] }))?.state, 'open');
});

lasting.run();
