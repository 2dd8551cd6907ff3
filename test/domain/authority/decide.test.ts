import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { authorityDecider, type DesignateCommand, scopeName } from '../../../domain/authority/decide.js';
import { given, Story } from '../given.js';

const test = suite('designating systems of record');

const designate = (sources: string[], effectiveFrom = '2026-01-01T00:00:00.000Z'): DesignateCommand => ({
  name: 'designate-system-of-record',
  scope: { category: 'allergies', element: null },
  sources,
  effectiveFrom,
  reason: 'agreed by the stewards',
});

test('the first designation of a scope is its version 1, valid from when it takes effect', () => {
  given(authorityDecider)
    .when(designate(['ehr', 'lis']))
    .thenEvents({
      type: 'system-of-record-designated',
      data: { scope: { category: 'allergies', element: null }, sources: ['ehr', 'lis'], revision: 1, reason: 'agreed by the stewards' },
      validTime: { from: '2026-01-01T00:00:00.000Z', to: null },
      source: null,
      content: null,
    });
});

test('the same again is refused, another order or another date is a new version', () => {
  const story = new Story(authorityDecider, 'acme.designation-allergies.any').tell(designate(['ehr', 'lis']));
  story.when(designate(['ehr', 'lis'])).thenRefused('designation-unchanged');
  story.when(designate(['lis', 'ehr'])).thenEvents({ type: 'system-of-record-designated', data: { revision: 2 } });
  story.when(designate(['ehr', 'lis'], '2026-02-01T00:00:00.000Z')).thenEvents({ type: 'system-of-record-designated', data: { revision: 2 } });
});

test('going back to an earlier designation is a new version of it', () => {
  const story = new Story(authorityDecider, 'acme.designation-allergies.any').tell(designate(['a']), designate(['b']), designate(['a']));
  assert.equal(
    story.events.map(({ data }) => 'revision' in data && data.revision),
    [1, 2, 3],
  );
});

test('each scope has a name of its own', () => {
  const scopes = [null, 'demographics', 'allergies'].flatMap((category) => [null, 'name'].map((element) => ({ category, element })));
  assert.is(new Set(scopes.map(scopeName)).size, scopes.length);
  assert.is(scopeName({ category: null, element: null }), 'any.any');
});

test.run();
