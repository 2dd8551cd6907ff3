import { Value } from '@sinclair/typebox/value';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ucumUnits } from '../../adapters/ucum/units.js';
import { blindStatements, type WrittenResource } from '../../commands/blind-statements.js';
import { categoryOf } from '../../domain/identity/category.js';
import { BlindStatement } from '../../schemas/events/statement.js';
import { ringFrom } from '../support/vault.js';

const test = suite('statements in keyed hashes');
const units = ucumUnits();
const ringOf = (owner: string, first: number) => ringFrom({ tenant: 'acme', owner, keyId: owner, generation: 1 }, new Uint8Array(32).fill(first));

const sign = (code: string, value: string) =>
  `{"code":{"coding":[{"system":"http://loinc.org","code":"${code}"}]},"valueQuantity":{"value":${value},"unit":"mmHg"}}`;
const TEXTS = [
  `{"resourceType":"Observation","status":"final","category":[{"coding":[{"code":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"effectiveDateTime":"2021-03-14T10:00:00Z","component":[${sign('8480-6', '120.0')},${sign('8462-4', '80')}]}`,
  '{"resourceType":"AllergyIntolerance","code":{"coding":[{"system":"http://snomed.info/sct","code":"764146007"}]},"category":["medication"]}',
  '{"resourceType":"Patient","name":[{"family":"Lovelace"}],"telecom":[{"system":"phone","value":"617-555-0100"}]}',
];
const resources = TEXTS.map((text): WrittenResource => ({ text, parsed: JSON.parse(text) as WrittenResource['parsed'] }));
const tokensOf = (statements: readonly BlindStatement[]) =>
  statements.flatMap(({ part, identity, value, precision, codes, ranges, asserts, contradicts }) => [
    ...(part === null ? [] : [part]),
    ...[...identity, value, ...precision, ...codes, ...ranges, ...asserts, ...contradicts],
  ]);

test('are what an event may hold, with no word of what was said', async () => {
  const ring = await ringOf('one', 1);
  for (const resource of resources) {
    const statements = blindStatements(ring, resource, categoryOf(resource.parsed), units);
    for (const statement of statements) assert.ok(Value.Check(BlindStatement, statement), JSON.stringify(statement));
    assert.not.match(JSON.stringify(statements), /Lovelace|764146007|8480|loinc|120|555/);
  }
});

test('of one resource are alike under two keys, and share nothing', async () => {
  const [one, other] = [await ringOf('one', 1), await ringOf('other', 2)];
  for (const resource of resources) {
    const [left, right] = [one, other].map((ring) => blindStatements(ring, resource, categoryOf(resource.parsed), units));
    const shape = (statements: readonly BlindStatement[] = []) =>
      statements.map(({ element, standing, precision, codes, ranges }) => [element, standing, precision.length, codes.length, ranges.length]);
    assert.equal(shape(left), shape(right));
    const known = new Set(tokensOf(left ?? []));
    assert.not.ok(tokensOf(right ?? []).some((token) => known.has(token)));
  }
});

test('count the digits as they were written', async () => {
  const [panel] = resources;
  if (panel === undefined) throw new Error('a panel was expected');
  const statements = blindStatements(await ringOf('one', 1), panel, 'vital-signs', units);
  assert.equal(
    statements.map(({ precision }) => precision.length),
    [2, 4],
  );
});

test.run();
