import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { authorityDecider, type DesignateCommand, VERSIONS_AT_MOST, type WithdrawCommand } from '../../../domain/authority/decide.js';
import { reject } from '../../../domain/rejections.js';
import { streams } from '../../../domain/streams.js';
import { eventOf } from '../../support/events.js';
import { given, Story, token, uuid } from '../given.js';
import { PATIENT, scope } from './designations.js';

const test = suite('designating systems of record');

const [JANUARY, FEBRUARY, MARCH] = ['2026-01-01', '2026-02-01', '2026-03-01'].map((day) => `${day}T00:00:00.000Z`) as [string, string, string];
const ALLERGIES = scope({ category: 'allergies' });

const designate = (sources: string[], more: Partial<DesignateCommand> = {}): DesignateCommand => ({
  name: 'designate-system-of-record',
  scope: ALLERGIES,
  sources,
  effectiveFrom: JANUARY,
  effectiveTo: null,
  approval: null,
  reason: 'agreed by the stewards',
  content: null,
  ...more,
});

const withdraw = (designation: string, more: Partial<WithdrawCommand> = {}): WithdrawCommand => ({
  name: 'withdraw-designation',
  scope: ALLERGIES,
  designation,
  effectiveFrom: FEBRUARY,
  approval: null,
  reason: 'the pharmacist has left',
  ...more,
});

const story = () => new Story(authorityDecider, 'acme.designation-allergies.any');

test('the first designation of a scope is its version 1, valid for as long as it takes effect', () => {
  given(authorityDecider)
    .when(designate(['ehr', 'lis'], { effectiveTo: MARCH, approval: uuid('change') }))
    .thenEvents({
      type: 'system-of-record-designated',
      data: {
        scope: ALLERGIES,
        sources: ['ehr', 'lis'],
        effectiveFrom: JANUARY,
        effectiveTo: MARCH,
        revision: 1,
        approval: uuid('change'),
        reason: 'agreed by the stewards',
      },
      validTime: { from: JANUARY, to: MARCH },
      source: null,
      content: null,
    });
});

test('the codes of a scope go to be sealed, and nothing of them into the clear data', () => {
  const content = { scope: 'conditions', text: '{"codes":[]}' };
  const command = designate(['ehr'], { scope: scope({ patientId: PATIENT, codes: [token('asthma')] }), content });
  const { decision } = given(authorityDecider).when(command);
  const [draft] = decision.kind === 'accept' ? decision.drafts : [];
  assert.equal(draft?.content, content);
  assert.not('content' in (draft?.data ?? {}));
});

test('the same again is refused, another order or other dates are a new version', () => {
  const told = story().tell(designate(['ehr', 'lis']));
  told.when(designate(['ehr', 'lis'])).thenRefused('designation-unchanged');
  for (const other of [designate(['lis', 'ehr']), designate(['ehr', 'lis'], { effectiveFrom: FEBRUARY }), designate(['ehr', 'lis'], { effectiveTo: MARCH })])
    told.when(other).thenEvents({ type: 'system-of-record-designated', data: { revision: 2 } });
});

test('going back to an earlier designation is a new version of it', () => {
  const told = story().tell(designate(['a']), designate(['b']), designate(['a']));
  assert.equal(
    told.events.map(({ data }) => 'revision' in data && data.revision),
    [1, 2, 3],
  );
});

test('a designation that ends before it begins, or when it begins, is refused', () => {
  for (const effectiveTo of [JANUARY, FEBRUARY])
    assert.equal(
      given(authorityDecider).when(designate(['ehr'], { effectiveFrom: FEBRUARY, effectiveTo })).decision,
      reject('invalid-date', [{ pointer: '/effectiveTo', rule: 'after-effective-from' }]),
    );
});

test('each scope of a patient counts its own versions in their one stream', () => {
  const [whole, narrow] = [scope({ patientId: PATIENT }), scope({ patientId: PATIENT, category: 'allergies' })];
  const told = new Story(authorityDecider, 'acme.designation-patient.x').tell(
    designate(['a'], { scope: whole }),
    designate(['a'], { scope: narrow }),
    designate(['b'], { scope: whole }),
  );
  assert.equal(
    told.events.map(({ data }) => 'revision' in data && data.revision),
    [1, 1, 2],
  );
});

test('a designation is withdrawn by its event, as the next version of its scope', () => {
  const told = story().tell(designate(['ehr']));
  told.when(withdraw(told.last().id, { approval: uuid('change') })).thenEvents({
    type: 'designation-withdrawn',
    data: {
      scope: ALLERGIES,
      designation: told.last().id,
      effectiveFrom: FEBRUARY,
      revision: 2,
      approval: uuid('change'),
      reason: 'the pharmacist has left',
    },
    validTime: { from: FEBRUARY, to: null },
    source: null,
    content: null,
  });
});

test('what was never designated cannot be withdrawn, nor under another scope', () => {
  given(authorityDecider)
    .when(withdraw(uuid('nothing')))
    .thenRefused('unknown-designation');
  const told = story().tell(designate(['ehr']));
  told.when(withdraw(uuid('nothing'))).thenRefused('unknown-designation');
  told.when(withdraw(told.last().id, { scope: scope({ category: 'conditions' }) })).thenRefused('unknown-designation');
});

test('what is withdrawn, or ends before, is not withdrawn again', () => {
  const told = story().tell(designate(['ehr'], { effectiveTo: MARCH }));
  const { id } = told.last();
  told.when(withdraw(id, { effectiveFrom: MARCH })).thenRefused('already-withdrawn');
  told
    .tell(withdraw(id))
    .when(withdraw(id, { effectiveFrom: JANUARY }))
    .thenRefused('already-withdrawn');
});

test('what was withdrawn can be designated again in the same words', () => {
  const told = story().tell(designate(['ehr']));
  told.tell(withdraw(told.last().id));
  told.when(designate(['ehr'])).thenEvents({ type: 'system-of-record-designated', data: { revision: 3 } });
});

test('a stream takes so many designations and no more, but each can still be withdrawn', () => {
  const events = Array.from({ length: VERSIONS_AT_MOST }, (_, index) =>
    eventOf('system-of-record-designated', { data: { scope: ALLERGIES, sources: [`s${index}`], revision: index + 1 } }),
  );
  const full = given(authorityDecider, ...events);
  full.when(designate(['ehr'])).thenRefused('too-many-designations');
  full.when(withdraw(events[5]?.id ?? '')).thenEvents({ type: 'designation-withdrawn' });
});

test('each tenant-wide scope has a stream of its own, and a patient has one for all', () => {
  const scopes = [null, 'demographics', 'allergies'].flatMap((category) =>
    [null, 'name'].flatMap((element) => [null, 'mercy'].map((organization) => scope({ category, element, organization }))),
  );
  assert.is(new Set(scopes.map((one) => streams.designation('acme', one))).size, scopes.length);
  assert.is(streams.designation('acme', scope()), 'acme.designation-any.any');
  assert.is(streams.designation('acme', scope({ patientId: PATIENT, category: 'allergies' })), `acme.designation-patient.${PATIENT}`);
  assert.is(streams.designation('acme', scope({ category: 'allergies', organization: 'mercy' })), 'acme.designation-allergies.any.mercy');
});

test.run();
