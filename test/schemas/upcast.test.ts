import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EVENT_TYPES } from '../../schemas/catalogue.js';
import { newestVersion, UPCASTS, type UpcastStep, upcast } from '../../schemas/upcast.js';

const test = suite('upcasting');

/** A type that has gone through three versions: a member renamed, another added as not known. */
const STEPS: Readonly<Record<string, UpcastStep>> = {
  'source-registered@1': ({ name, ...event }) => ({ ...event, displayName: name }),
  'source-registered@2': (event) => ({ ...event, organization: null }),
};
const first = { type: 'source-registered', version: 1, id: 'x', name: 'Laboratory' };
const brought = (event: Record<string, unknown>, newest: number) => upcast(event, 'source-registered', STEPS, newest);

test('an old event takes every step to the newest version', () => {
  assert.equal(brought(first, 3), { type: 'source-registered', version: 3, id: 'x', displayName: 'Laboratory', organization: null });
  assert.equal(brought(first, 2), { type: 'source-registered', version: 2, id: 'x', displayName: 'Laboratory' });
});

test('an event of the newest version is left as it is', () => {
  assert.is(brought(first, 1), first);
});

test('the stored event is not touched', () => {
  brought(first, 3);
  assert.equal(first, { type: 'source-registered', version: 1, id: 'x', name: 'Laboratory' });
});

test('a step that is missing, a version from the future and no version at all are not guessed', () => {
  assert.is(brought(first, 4), undefined);
  assert.is(brought({ ...first, version: 5 }, 3), undefined);
  for (const version of [undefined, null, 'one', 0, 1.5, -1]) assert.is(brought({ ...first, version }, 3), undefined, String(version));
});

test('from every version that was ever published steps lead to the newest', () => {
  for (const type of EVENT_TYPES) {
    for (let version = 1; version < newestVersion(type); version++) assert.ok(`${type}@${version}` in UPCASTS, `${type}@${version}`);
  }
});

const golden = (name: string) => JSON.parse(readFileSync(`test/fixtures/golden/${name}`, 'utf8')) as Record<string, unknown>;

test('a statement of the first version says what it said, and of the rest that it is not known', () => {
  for (const type of ['patient-registered', 'demographics-updated', 'fact-recorded', 'fact-corrected'] as const) {
    const written = golden(`${type}.1.json`);
    const event = upcast(written, type) as { version: number; data: { statements: object[] } & Record<string, unknown> };
    const statements = (written['data'] as { statements: object[] }).statements;
    const unknown = { part: null, precision: [], codes: [], ranges: [], asserts: [], contradicts: [], standing: null };
    assert.is(event.version, 3);
    assert.equal(
      event.data.statements,
      statements.map((one) => ({ ...unknown, ...one })),
    );
    assert.is('approval' in event.data, type === 'fact-corrected');
  }
});

test('a designation of the first version was open-ended, of the tenant, and approved by nobody', () => {
  const event = upcast(golden('system-of-record-designated.1.json'), 'system-of-record-designated') as { data: Record<string, unknown> };
  const { scope, effectiveTo, approval } = event.data as { scope: Record<string, unknown>; effectiveTo: null; approval: null };
  assert.equal([scope['patientId'], scope['codes'], scope['organization'], effectiveTo, approval], [null, null, null, null, null]);
  assert.is(scope['category'], (golden('system-of-record-designated.1.json')['data'] as { scope: { category: string } }).scope.category);
});

test.run();
