import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { phoneFinder } from '../../../adapters/scanning/phones.js';
import { NOBODY_KNOWN } from '../../../domain/scanning/known-person.js';
import { scanner } from '../../../domain/scanning/scan.js';

const phonesIn = (text: string, country: 'US' | 'GB' | 'DE') =>
  scanner(
    NOBODY_KNOWN,
    phoneFinder(country),
  )(text)
    .filter(({ type }) => type === 'phone')
    .map(({ start, end }) => text.slice(start, end));

test('national numbers are found by the plan of the country', () => {
  assert.equal(phonesIn('ring 020 7946 0958 tomorrow', 'GB'), ['020 7946 0958']);
  assert.equal(phonesIn('ruf 030 901820 an', 'DE'), ['030 901820']);
  assert.equal(phonesIn('ring 020 7946 0958 tomorrow', 'US'), []);
});

test('a long text and a table of figures do not hold the thread', () => {
  const began = performance.now();
  phonesIn('1-617-555-0123 '.repeat(70_000), 'US');
  phonesIn('1 '.repeat(500_000), 'US');
  assert.ok(performance.now() - began < 5000);
});

test.run();
