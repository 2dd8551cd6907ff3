import type { FastifyRequest } from 'fastify';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatFrom } from '../../../adapters/http/format.js';

const test = suite('forms of an answer');
const ALL = ['json', 'fhir', 'prov'] as const;
const asked = (accept: string | undefined, query = {}, offered: readonly ('json' | 'fhir' | 'prov')[] = ALL) =>
  formatFrom({ headers: accept === undefined ? {} : { accept } } as FastifyRequest, query, offered);

test('the most wanted type that is known counts, of equally wanted ones the first', () => {
  for (const [accept, format] of [
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['text/html, */*;q=0.1', 'json'],
    ['application/fhir+json', 'fhir'],
    ['Application/FHIR+json; charset=utf-8', 'fhir'],
    ['application/json, application/fhir+json', 'json'],
    ['application/json;q=0.1, application/fhir+json;q=0.2', 'fhir'],
    ['application/fhir+json;q=0', 'json'],
    ['application/json; profile="prov"', 'prov'],
    ['application/json;profile=prov;q=0.9, application/fhir+json;q=0.8', 'prov'],
    ['application/fhir+json;q=x', 'json'],
  ] as const) {
    assert.is(asked(accept), format, accept);
  }
});

test('a form that is not offered here is passed over in the header, and refused as a parameter', () => {
  assert.is(asked('application/json;profile=prov, application/fhir+json', {}, ['json', 'fhir']), 'fhir');
  assert.is((asked(undefined, { format: 'prov' }, ['json', 'fhir']) as { code: string }).code, 'invalid-parameter');
});

test('the parameter wins', () => {
  assert.is(asked('application/fhir+json', { format: 'json' }), 'json');
});

test('a header of any length is read up to a limit', () => {
  assert.is(asked(`${'text/x,'.repeat(100_000)}application/fhir+json`), 'json');
});

test.run();
