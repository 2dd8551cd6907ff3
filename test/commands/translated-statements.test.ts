import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { translate, translateRecorded } from '../../commands/translated-statements.js';
import type { BlindStatement } from '../../schemas/events/statement.js';
import { token, uuid } from '../domain/given.js';

const test = suite('translated statements');
const EVENT = { eventId: uuid('the event'), source: 'lis', recordKey: token('lis|1') };

/** What is said of a thing, under somebody's key. */
function statement(key: string, element: string | null, part: string | null): BlindStatement {
  const under = (words: string) => token(`${key} ${words}`);
  return {
    element,
    part: part === null ? null : under(part),
    identity: [under(`${element} ${part}`)],
    value: under('value'),
    precision: [under('1')],
    codes: [under('code')],
    ranges: [under('range')],
    asserts: [under('claim')],
    contradicts: [under('no claim')],
    standing: 'confirmed',
  };
}

test('a statement keeps its place under its own key and gets its names under the other', () => {
  const [own, under] = [statement('own', null, 'systolic'), statement('root', null, 'systolic')];
  const { standing: _, part: __, element: ___, ...names } = under;
  assert.equal(translate(EVENT, [own], [under]), [{ ...EVENT, element: null, part: own.part, ...names }]);
});

test('statements are found again by what they are about, in whatever order and however many there were', () => {
  const things = [
    ['telecom', 'phone'],
    ['telecom', 'mail'],
    ['birthDate', null],
  ] as const;
  const [own, under] = ['own', 'root'].map((key) => things.map(([element, part]) => statement(key, element, part))) as [BlindStatement[], BlindStatement[]];
  const recorded = [own[2], own[0]] as BlindStatement[];
  assert.equal(
    translateRecorded(EVENT, recorded, own, under).map(({ identity }) => identity),
    [under[2]?.identity, under[0]?.identity],
  );
});

test('what the rules of today would not state keeps the names that it has', () => {
  const recorded = [statement('own', 'telecom', null), statement('own', 'birthDate', null)];
  const [own, under] = [statement('own', 'birthDate', null), statement('root', 'birthDate', null)];
  assert.equal(
    translateRecorded(EVENT, recorded, [own], [under]).map(({ element, identity }) => [element, identity]),
    [
      ['telecom', recorded[0]?.identity],
      ['birthDate', under.identity],
    ],
  );
});

test.run();
