import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MATCHING_POLICY } from '../../domain/matching/policy.js';
import { statePrefix } from '../../projections/candidates-rows.js';
import type { LedgerEvent } from '../../schemas/catalogue.js';
import type { Said } from '../domain/matching/people.js';
import { A, B, C, D, links, merges, pairsAfter, registers, retracts, rowsOf, statesAfter, unlinks, unmerges, updates } from './candidates-support.js';
import { textOf } from './folding.js';

const test = suite('candidates');

const ada: Said = {
  given: 'Leonora',
  surname: 'Thackeray',
  birthDate: '1961-03-09',
  street: '12 Mill Lane',
  city: 'Ashford',
  postCode: '41003',
  phone: '2125550147',
};
const swapped: Said = { ...ada, birthDate: '1961-09-03' };
const other: Said = { given: 'Oswald', surname: 'Birkett', birthDate: '1940-11-21', street: '5 Abbey Road', city: 'Elmswell', postCode: '45120' };

test('two patients who may be one become a candidate, and others do not', async () => {
  assert.equal(await statesAfter([registers(A, ada), registers(B, swapped), registers(C, other)]), ['a-b open']);
});

test('a source’s newer demographics take the place of its older ones, and of another source’s nothing', async () => {
  const first = registers(B, other);
  assert.equal(await statesAfter([registers(A, ada), first, updates(B, ada, { replaces: [first.id] })]), ['a-b open']);
  const same = registers(B, ada);
  assert.equal(await statesAfter([registers(A, ada), same, updates(B, other, { replaces: [same.id] })]), []);
  assert.equal(await statesAfter([registers(A, ada), same, updates(B, other, { source: 'lis' })]), ['a-b open']);
  assert.equal(
    await statesAfter([registers(A, ada), registers(B, ada, { version: '2' }), updates(B, other, { version: '1' })]),
    ['a-b open'],
    'a late older version',
  );
});

test('demographics that are taken back are compared no more', async () => {
  const said = registers(B, ada);
  assert.equal(await statesAfter([registers(A, ada), said, retracts(B, [said.id])]), []);
  const rows = await rowsOf([registers(A, ada), said, retracts(B, [said.id])]);
  const record = rows.find(({ key }) => key.startsWith('v/test') && key.includes(B));
  assert.is(record, undefined, 'nothing of the person is left');
});

test('a pair that was found to be two people stays away until what is said of either changes', async () => {
  const before = [registers(A, ada), registers(B, swapped), unlinks(A, B, 'different-people')];
  assert.equal(await statesAfter(before), ['a-b dismissed']);
  assert.equal(await statesAfter([...before, updates(A, ada, { source: 'lis' })]), ['a-b dismissed'], 'another source says the same');
  assert.equal(await statesAfter([...before, registers(C, other)]), ['a-b dismissed']);
  assert.equal(await statesAfter([...before, updates(B, { ...swapped, phone: '2125550100' }, { source: 'lis' })]), ['a-b open']);
});

test('linked patients leave the list, also when they are alike only later, and come back when the link ends', async () => {
  const linked = [registers(A, ada), registers(B, swapped), links(A, B)];
  assert.equal(await statesAfter(linked), ['a-b linked']);
  assert.equal(await statesAfter([...linked, updates(B, ada, { source: 'lis' })]), ['a-b linked']);
  assert.equal(await statesAfter([...linked, unlinks(A, B, 'no-longer-linked')]), ['a-b open']);
  assert.equal(await statesAfter([...linked, unlinks(A, B, 'different-people')]), ['a-b dismissed']);
  const early = [registers(A, ada), registers(B, other), links(A, B)];
  assert.equal(await statesAfter([...early, updates(B, ada, { source: 'lis' })]), ['a-b linked']);
  assert.equal(await statesAfter([...early, unlinks(A, B, 'no-longer-linked')]), [], 'nothing speaks for them');
});

test('merged patients leave the list, all of a chain, and come back when they are parted', async () => {
  const three = [registers(A, ada), registers(B, ada), registers(C, swapped)];
  assert.equal(await statesAfter([...three, merges(A, B)]), ['a-c open', 'b-c open', 'a-b merged'].sort(byState));
  const chain = [...three, merges(A, B), merges(B, C, [A, B, C])];
  assert.equal((await statesAfter(chain)).sort(), ['a-b merged', 'a-c merged', 'b-c merged']);
  assert.equal((await statesAfter([...chain, unmerges(B, C, [C], [A, B])])).sort(), ['a-b merged', 'a-c open', 'b-c open']);
  const later = [registers(A, ada), registers(B, other), merges(A, B), updates(B, ada, { source: 'lis' })];
  assert.equal(await statesAfter(later), ['a-b merged'], 'alike only after the merge');
  assert.equal(await statesAfter([...later, unmerges(A, B)]), ['a-b open']);
});

const byState = (left: string, right: string) => Number(left.endsWith('merged')) - Number(right.endsWith('merged'));

test('an identifier that two patients share is a finding, however little else they share', async () => {
  const pairs = await pairsAfter([registers(A, { ...ada, identifier: '4711-22' }), registers(B, { ...other, identifier: '4711 22' })]);
  assert.equal(
    pairs.map(({ state, evidence }) => [state, evidence[0]?.comparison.identifier]),
    [['open', 'exact']],
  );
});

test('the work list has the likeliest pair first', async () => {
  const unsure = { ...ada, given: 'Leonore', birthDate: '1961-03-19' };
  const rows = await rowsOf([registers(A, ada), registers(B, unsure), registers(C, ada), registers(D, other)]);
  const listed = rows.filter(({ key }) => key.startsWith(statePrefix('test', 'open'))).map(({ value }) => (value as { patients: string[] }).patients);
  assert.equal(listed[0], [A, C]);
  assert.is(listed.length, 3);
});

test('a block takes so many and no more: what everybody shares tells nobody apart', async () => {
  const many = MATCHING_POLICY.blockAtMost + 5;
  const id = (n: number) => `00000000-0000-4000-9000-${String(n).padStart(12, '0')}`;
  const events = Array.from({ length: many }, (_, n) => registers(id(n), { identifier: 'the switchboard' }));
  const pairs = await pairsAfter(events);
  assert.is(pairs.length, (MATCHING_POLICY.blockAtMost * (MATCHING_POLICY.blockAtMost - 1)) / 2);
});

const someone = fc.record(
  {
    given: fc.constantFrom('Leonora', 'Leonore', 'Oswald'),
    surname: fc.constantFrom('Thackeray', 'Thackery', 'Birkett'),
    birthDate: fc.constantFrom('1961-03-09', '1961-09-03', '1940-11-21'),
    street: fc.constantFrom('12 Mill Lane', '5 Abbey Road'),
    postCode: fc.constantFrom('41003', '45120'),
    identifier: fc.constantFrom('4711', '4712', '4713'),
  },
  { requiredKeys: ['given', 'surname'] },
);
const patientId = fc.constantFrom(A, B, C);
const pair = fc.constantFrom([A, B], [B, C], [A, C]);
const update = fc.record({ patientId, said: someone, source: fc.constantFrom('ehr', 'lis'), version: fc.constantFrom('1', '2', '3') });
const decision = fc.record({ kind: fc.constantFrom('link', 'different', 'unlink', 'merge', 'unmerge'), pair });

test('pages end anywhere, and repeats change nothing', async () => {
  const step = fc.oneof({ weight: 3, arbitrary: update }, { weight: 2, arbitrary: decision });
  await fc.assert(
    fc.asyncProperty(
      fc.array(someone, { minLength: 3, maxLength: 3 }),
      fc.array(step, { maxLength: 10 }),
      fc.array(fc.integer({ min: 1, max: 4 })),
      async (said, steps, sizes) => {
        const first = [A, B, C].map((id, at) => registers(id, said[at] as Said));
        const events: LedgerEvent[] = [
          ...first,
          ...steps.map((one) => ('said' in one ? updates(one.patientId, one.said, one) : decided(one.kind, one.pair as [string, string]))),
        ];
        assert.is(textOf(await rowsOf(events, sizes)), textOf(await rowsOf(events)));
      },
    ),
    { numRuns: 60 },
  );
});

function decided(kind: string, [one, two]: readonly [string, string]): LedgerEvent {
  if (kind === 'link') return links(one, two);
  if (kind === 'merge') return merges(one, two);
  if (kind === 'unmerge') return unmerges(one, two);
  return unlinks(one, two, kind === 'different' ? 'different-people' : 'no-longer-linked');
}

test('what speaks for a pair does not depend on which source was there first', async () => {
  const versions = fc.uniqueArray(update, { maxLength: 8, selector: ({ patientId: id, source, version }) => `${id}/${source}/${version}` });
  await fc.assert(
    fc.asyncProperty(fc.array(someone, { minLength: 3, maxLength: 3 }), versions, fc.func(fc.integer()), async (said, steps, order) => {
      const events = [
        ...[A, B, C].map((id, at) => registers(id, said[at] as Said, { source: 'his' })),
        ...steps.map((one) => updates(one.patientId, one.said, one)),
      ];
      const shuffled = [...events].sort((left, right) => order(left.id) - order(right.id));
      assert.equal(await spoken(shuffled), await spoken(events));
    }),
    { numRuns: 60 },
  );
});

async function spoken(events: readonly LedgerEvent[]): Promise<unknown> {
  return (await pairsAfter(events)).map(({ patients, state, evidence }) => ({ patients, state, evidence }));
}

test.run();
