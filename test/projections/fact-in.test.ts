import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { factIn } from '../../projections/reading/fact-in.js';
import { recordProjection } from '../../projections/record.js';
import type { Fact } from '../../schemas/read-models/fact.js';
import { patient, records, updates } from '../domain/record/saying.js';
import { recorded, recordText, rowsAfter } from './folding.js';

const test = suite('rows of the first version of the record model');

const SINCE = {
  fact: ['members', 'cut'],
  assertion: ['patientId', 'part', 'judgements'],
  head: ['category', 'resourceType', 'standing', 'precision', 'codes', 'ranges', 'asserts', 'contradicts'],
};

function without(value: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

/** The row as the first version of the model wrote it. */
function asWritten(fact: Fact): object {
  const assertions = fact.assertions.map((one) => ({ ...without(one, SINCE.assertion), heads: one.heads.map((head) => without(head, SINCE.head)) }));
  return { ...without(fact, SINCE.fact), assertions };
}

async function rows(): Promise<Fact[]> {
  const { events } = patient(
    records({ about: ['a'], category: 'laboratory' }),
    records({ source: 'lis', about: ['a'], words: 'b', category: 'laboratory' }),
    updates({ source: 'lis', elements: { name: 'Eve' } }),
  );
  return (await rowsAfter(recordProjection, [recorded(events)])).map(({ value }) => value as Fact);
}

test('they are read as the facts that they hold, and settled by the same rule', async () => {
  const facts = await rows();
  const older = facts.map((fact) => factIn({ value: asWritten(fact) }));
  const text = await recordText(facts);
  assert.is(await recordText(older), text.replaceAll('"standing":"stated"', '"standing":null'));
});

test('a row of today is read as it is', async () => {
  for (const fact of await rows()) assert.is(factIn({ value: fact }), fact);
});

test.run();
