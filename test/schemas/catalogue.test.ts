import { readdirSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { strictAjv } from '../../adapters/ajv.js';
import { ASSERTION_EVENTS, EVENT_TYPES, EVENTS, isAssertion } from '../../schemas/catalogue.js';
import { COMMAND_NAMES, COMMANDS, isCommandName } from '../../schemas/command-catalogue.js';
import { CATEGORIES, isCategory, isStateCategory } from '../../schemas/phi/categories.js';
import { eventOf } from '../support/events.js';

const test = suite('catalogues');

const stems = (folder: string) => readdirSync(folder).map((name) => name.replace(/\.ts$/, ''));

test('every event and every command has a file of its own name, and every file is in the catalogue', () => {
  assert.equal(
    stems('schemas/events')
      .filter((name) => name !== 'statement')
      .sort(),
    [...EVENT_TYPES].sort(),
  );
  assert.equal(
    stems('schemas/commands')
      .filter((name) => name !== 'fields')
      .sort(),
    [...COMMAND_NAMES].sort(),
  );
});

test('an event is named like its type, and a schema takes nothing that it does not name', () => {
  for (const type of EVENT_TYPES) {
    assert.is(EVENTS[type].properties.type.const, type);
    assert.is(EVENTS[type].additionalProperties, false);
    assert.is(EVENTS[type].properties.data.additionalProperties, false, type);
  }
  for (const name of COMMAND_NAMES) assert.is(COMMANDS[name].additionalProperties, false, name);
});

test('assertions are the events that say something about a patient', () => {
  for (const type of EVENT_TYPES) assert.is(isAssertion(eventOf(type)), (ASSERTION_EVENTS as readonly string[]).includes(type), type);
});

test('only commands of the list are commands', () => {
  for (const name of COMMAND_NAMES) assert.ok(isCommandName(name));
  for (const name of ['', 'constructor', 'toString', '__proto__', 'Record-Fact']) assert.not.ok(isCommandName(name), name);
});

test('every category is a state or an event, and nothing else is a category', () => {
  for (const category of CATEGORIES) assert.type(isStateCategory(category), 'boolean');
  assert.ok(isStateCategory('coverage') && !isStateCategory('laboratory'));
  for (const name of ['', 'Allergies', 'constructor']) assert.not.ok(isCategory(name), name);
});

const validator = strictAjv();
const accepts = (name: keyof typeof COMMANDS, body: unknown) => validator.validate(COMMANDS[name], body);
const fact = { patientId: 'f6f7a2c4-0000-4000-8000-000000000001', resource: { resourceType: 'Observation' }, sourceRecordId: 'o1' };

test('a command is taken as it is or not at all: nothing is coerced, dropped or filled in', () => {
  assert.ok(accepts('record-fact', fact));
  const body = { ...fact, sourceVersion: 1 };
  assert.not.ok(accepts('record-fact', body));
  assert.is(body.sourceVersion, 1);
  const wrong = [
    { extra: 1 },
    { patientId: 'x' },
    { sourceRecordId: '' },
    { sourceRecordId: 'x'.repeat(257) },
    { sourceVersion: '' },
    { effectiveAt: '2026' },
    { effectiveAt: '2026-01-01T00:00:00' },
    { resource: {} },
    { resource: [] },
    { resource: { resourceType: 'observation' } },
  ];
  for (const more of wrong) assert.not.ok(accepts('record-fact', { ...fact, ...more }), JSON.stringify(more));
});

test('names are safe in a stream name and in a log', () => {
  const source = (sourceId: string) => accepts('register-source', { sourceId, displayName: 'x', kind: 'ehr' });
  for (const fine of ['ehr', 'EHR-1', 'a.b@c_d', '7']) assert.ok(source(fine), fine);
  for (const bad of ['', ' ehr', 'a b', 'a/b', 'a|b', 'a\n', '-a', 'é', 'x'.repeat(65)]) assert.not.ok(source(bad), JSON.stringify(bad));
});

test('a designation names a known category, an element or nothing, and each source once', () => {
  const designate = (more: object) => accepts('designate-system-of-record', { scope: {}, sources: ['ehr'], reason: 'x', ...more });
  assert.ok(designate({}));
  assert.ok(designate({ scope: { category: 'demographics', element: 'name' } }));
  for (const bad of [{ scope: { category: 'x' } }, { scope: { element: 'Name' } }, { sources: [] }, { sources: ['a', 'a'] }, { reason: '' }])
    assert.not.ok(designate(bad), JSON.stringify(bad));
});

test.run();
