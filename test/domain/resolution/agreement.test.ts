import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { agree, agreementAmong, anyDiffer, repeats } from '../../../domain/resolution/agreement.js';
import { groupIntoFacts } from '../../../domain/resolution/grouping.js';
import { resolveFact } from '../../../domain/resolution/resolve.js';
import { token } from '../given.js';
import { assertionOf, by, designation, type HeadSaid, headOf, OWNER, scope } from './facts.js';

const test = suite('saying the same');

/** What three sources say of one thing, in these codes. */
function resolved(...said: readonly HeadSaid[]) {
  const sources = ['ehr', 'lis', 'ris'];
  const [fact, ...others] = groupIntoFacts(
    OWNER,
    said.map((head, n) => assertionOf(sources[n] ?? '', '1', [{ about: ['same'], ...head }])),
  );
  if (fact === undefined || others.length > 0) throw new Error('one fact was expected');
  return resolveFact(fact, by());
}

const orders = <T>([first, second, third]: readonly [T, T, T]): T[][] => [
  [first, second, third],
  [first, third, second],
  [second, first, third],
  [second, third, first],
  [third, first, second],
  [third, second, first],
];

test('one code in common is enough, none in common is a conflict, and who gives none contradicts nobody', () => {
  const conflict = (left: readonly string[], right: readonly string[]) => resolved({ codes: left }, { codes: right })?.conflict;
  assert.not.ok(conflict(['snomed', 'icd'], ['icd']));
  assert.not.ok(conflict([], ['icd']));
  assert.not.ok(conflict([], []));
  assert.ok(conflict(['E10'], ['E11']));
  assert.is(resolved({ codes: ['E119'] }, { codes: ['E1165'] })?.state, 'open');
});

test('what range codes lie in is no agreement', () => {
  assert.ok(resolved({ codes: ['E119'], ranges: ['E11*'] }, { codes: ['E1165'], ranges: ['E11*'] })?.conflict);
});

test('three that share one code agree, in any order, whatever else two of them call it', () => {
  for (const said of orders([{ codes: ['s', 'i'] }, { codes: ['i'] }, { codes: ['s2', 'i'] }])) {
    const resolution = resolved(...said);
    assert.not.ok(resolution?.conflict);
    assert.is(resolution?.state, 'agreed');
  }
});

test('two that share none agree beside a third that gives both codes, in any order, and disagree without it', () => {
  for (const said of orders([{ codes: ['s'] }, { codes: ['s', 'i'] }, { codes: ['i'] }])) {
    const resolution = resolved(...said);
    assert.not.ok(resolution?.conflict);
    assert.is(resolution?.state, 'agreed');
  }
  assert.ok(resolved({ codes: ['s'] }, { codes: ['i'] })?.conflict);
});

test('other values are a conflict in equal codes, and other codes are one in equal numbers', () => {
  assert.ok(resolved({ value: 'v', codes: ['i'] }, { value: 'w', codes: ['i'] })?.conflict);
  const [seven, rounded] = [
    { value: '7.00', precision: ['7', '7.0', '7.00'] },
    { value: '7.04', precision: ['7', '7.0'] },
  ];
  assert.not.ok(resolved({ ...seven, codes: ['i'] }, { ...rounded, codes: ['i', 's'] })?.conflict);
  assert.ok(resolved({ ...seven, codes: ['i'] }, { ...rounded, codes: ['s'] })?.conflict);
});

test('of equal numbers the one that states more digits is held to them, whichever is looked at first', () => {
  const three: readonly [HeadSaid, HeadSaid, HeadSaid] = [
    { value: '7', precision: ['7', '7.0'] },
    { value: '7', precision: ['7', '7.0', '7.00'] },
    { value: '7.04', precision: ['7', '7.0', '7.04'] },
  ];
  for (const said of orders(three)) assert.ok(resolved(...said)?.conflict);
});

test('only what is said in the same codes is a repetition', () => {
  const head = (codes: readonly string[], value = 'v') => headOf('r', { codes, value });
  assert.ok(repeats(head(['s', 'i']), head(['i', 's'])));
  assert.not.ok(repeats(head(['s', 'i']), head(['i'])));
  assert.not.ok(repeats(head(['i']), head(['s', 'i'])));
  assert.not.ok(repeats(head(['i'], 'v'), head(['i'], 'w')));
});

test('a designation for a code and one for a range both find the statement', () => {
  const [fact] = groupIntoFacts(OWNER, [
    assertionOf('ehr', '1', [{ about: ['same'], codes: ['E119'], ranges: ['E11*'] }]),
    assertionOf('lis', '1', [{ about: ['same'], codes: ['E119', 's'], ranges: ['E11*'] }]),
  ]);
  if (fact === undefined) throw new Error('a fact was expected');
  const winner = (code: string) => {
    const about = scope({ patientId: OWNER.root, codes: [token(code)], category: null, element: null });
    return resolveFact(fact, by([designation(['lis'], { scope: about })]))?.winner.assertion.source;
  };
  assert.equal(['E119', 'E11*', 's', 'E10*'].map(winner), ['lis', 'lis', 'lis', 'ehr']);
});

const heads = fc.array(
  fc.record({
    value: fc.constantFrom('v', 'w'),
    codes: fc.subarray(['s', 'i', 't']),
    precision: fc.constantFrom([], ['p'], ['p', 'p1'], ['p', 'p2']),
  }),
  { maxLength: 6 },
);

test('whether any differ is whether any two of them do, in whatever order they lie', () => {
  fc.assert(
    fc.property(heads, fc.nat(5), (said, turn) => {
      const all = said.map((one, n) => headOf(`r${n}`, one));
      const among = agreementAmong(all);
      const pairs = all.some((left) => all.some((right) => !among(left, right)));
      assert.is(anyDiffer(all), pairs);
      assert.is(anyDiffer([...all.slice(turn), ...all.slice(0, turn)].reverse()), pairs);
      for (const left of all) for (const right of all) assert.is(agree(left, right), agree(right, left));
    }),
  );
});

test.run();
