import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { identifiersInClear } from '../../../domain/scanning/clear-text.js';
import { knownOf } from '../../../domain/scanning/known-person.js';
import { applyPolicy, MASK_ALL, type ScanPolicy } from '../../../domain/scanning/policy.js';
import { scanText } from '../../../domain/scanning/scan.js';
import { COMMAND_NAMES, COMMANDS } from '../../../schemas/command-catalogue.js';
import { STORED_CLEAR, VERSION_IN_CLEAR } from '../../../schemas/commands/fields.js';
import { PATIENT } from './finding.js';

const policy = (...rules: ScanPolicy['rules']): ScanPolicy => ({ name: 'test', version: 1, rules });
const text = 'Mrs. Okonkwo, SSN 219-09-9999, seen 2026-11-23.';
const applied = (by: ScanPolicy) => applyPolicy(text, scanText(text), by);
const textOf = (by: ScanPolicy) => {
  const result = applied(by);
  return result.decision === 'pass' ? result.text : result.decision;
};

test('a mask takes the value, a mark names it, and the first rule that fits decides', () => {
  assert.is(textOf(MASK_ALL), 'Mrs. [name], SSN [ssn], seen [date].');
  const mixed = policy(
    { types: ['ssn'], atLeast: 'certain', action: 'mask' },
    { types: ['date'], atLeast: 'possible', action: 'ignore' },
    { atLeast: 'likely', action: 'mark' },
  );
  assert.is(textOf(mixed), 'Mrs. [name: Okonkwo], SSN [ssn], seen 2026-11-23.');
});

test('what is held or blocked is not handed out, and the strictest action decides', () => {
  const held = applied(policy({ types: ['name'], atLeast: 'likely', action: 'hold' }, { atLeast: 'possible', action: 'mask' }));
  assert.is(held.decision, 'hold');
  assert.not('text' in held);
  assert.is(textOf(policy({ types: ['date'], atLeast: 'certain', action: 'block' }, { atLeast: 'possible', action: 'hold' })), 'block');
});

test('a rule can ask for a certainty, for rules and for exceptions', () => {
  assert.is(textOf(policy({ types: ['name'], atLeast: 'certain', action: 'mask' })), text);
  assert.is(textOf(policy({ rules: ['ssn'], atLeast: 'certain', action: 'mask' })), text.replace('219-09-9999', '[ssn]'));
  assert.is(textOf(policy({ exceptRules: ['name-after-title', 'date'], atLeast: 'possible', action: 'mask' })), text.replace('219-09-9999', '[ssn]'));
});

test('nothing that was found is left in a masked text', () => {
  const known = knownOf(PATIENT);
  const values = ['Robert José', "O'Brien-Müller", '1980-05-07', '219-09-9999', '00-445-566', 'rob.obm@example.org', '12 Main Street Apt 4'];
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...values), fc.stringMatching(/^[ a-z.,\n]{0,12}$/)), { maxLength: 12 }), (pieces) => {
      const written = pieces.join(' ');
      const result = applyPolicy(written, scanText(written, known), MASK_ALL);
      assert.is(result.decision, 'pass');
      if (result.decision === 'pass') for (const value of values) assert.not(result.text.includes(value));
    }),
  );
});

const reasonOf = (reason: string) => identifiersInClear(COMMANDS['merge-patients'], { reason });

test('what names a patient may not be stored in clear', () => {
  const refused: readonly (readonly [string, string])[] = [
    ['duplicate of MRN 445566', 'mrn'],
    ['Mrs. Okonkwo asked for it', 'name'],
    ['patient Adaeze Okonkwo', 'name'],
    ['SSN 219-09-9999 on both', 'ssn'],
    ['call (617) 555-0123', 'phone'],
    ['write to a.b@example.org', 'email'],
    ['same DOB 5/7/1980', 'date'],
    ['both live at 45 Elm St, Springfield, IL', 'address'],
  ];
  for (const [reason, type] of refused) assert.equal(reasonOf(reason), [{ pointer: '/reason', types: [type] }], reason);
});

test('what the business says in its reasons stays allowed', () => {
  const reasons = [
    'registered twice on 2026-11-23',
    'father and son',
    'the laboratory measures it, agreed on 3 May 2026',
    'Dr. Okonkwo of the laboratory agreed',
    'see ticket https://tickets.example.org/4711',
    'same person, says the registry; ticket 12345',
    'two sources disagree',
  ];
  for (const reason of reasons) assert.equal(reasonOf(reason), [], reason);
});

test('every text of a command that says it is stored in clear is looked at', () => {
  for (const name of COMMAND_NAMES) {
    const marked = JSON.stringify(COMMANDS[name]).split(`"${STORED_CLEAR}":`).length - 1;
    const properties = COMMANDS[name].properties as Record<string, Record<string, unknown>>;
    const reached = Object.entries(properties).filter(
      ([member, schema]) => schema[STORED_CLEAR] !== undefined && identifiersInClear(COMMANDS[name], { [member]: 'MRN 445566' }).length === 1,
    );
    assert.is(reached.length, marked, name);
    if ('reason' in properties && properties['reason']?.['type'] === 'string') assert.ok(properties['reason']?.[STORED_CLEAR], name);
  }
});

test('the version of a record is stored in clear: every command that takes one looks at it', () => {
  const taking = COMMAND_NAMES.filter((name) => 'sourceVersion' in COMMANDS[name].properties);
  assert.equal([...taking].sort(), ['correct-fact', 'record-fact', 'register-patient', 'update-demographics']);
  const typesIn = (name: (typeof taking)[number], sourceVersion: string) => identifiersInClear(COMMANDS[name], { sourceVersion }).map(({ types }) => types);
  for (const name of taking) {
    assert.is((COMMANDS[name].properties as Record<string, Record<string, unknown>>)['sourceVersion']?.[STORED_CLEAR], VERSION_IN_CLEAR);
    assert.equal(typesIn(name, 'MRN 445566 v2'), [['mrn']]);
    assert.equal(typesIn(name, '219-09-9999'), [['ssn']]);
    assert.equal(typesIn(name, 'a.b@example.org/3'), [['email']]);
    assert.equal(typesIn(name, 'of Mrs. Okonkwo'), [['name']]);
  }
});

test('versions as systems write them are taken: numbers, instants, entity tags, random ids and hashes', () => {
  const versions = [
    '1',
    '4111111111111111',
    '20240309101112123',
    '2024-03-09T10:11:12.123+01:00',
    '2024-03-09',
    'W/"23"',
    '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
    '01J8ZQ4T7N5V3M2K1H9G8F7E6D',
    'd41d8cd98f00b204e9800998ecf8427e',
    '1.2.3-rc.4',
  ];
  for (const sourceVersion of versions) assert.equal(identifiersInClear(COMMANDS['record-fact'], { sourceVersion }), [], sourceVersion);
});

test('members of arrays and objects are looked at, and members that no schema knows are not', () => {
  const item = { type: 'string', [STORED_CLEAR]: true };
  const schema = { properties: { notes: { items: item }, inner: { properties: { note: item } }, none: item, sealed: { type: 'string' } } };
  const value = { notes: ['fine', 'MRN 445566'], inner: { note: 'SSN 219-09-9999' }, none: null, sealed: 'MRN 445566', toString: 'MRN 445566' };
  assert.equal(identifiersInClear(schema, value), [
    { pointer: '/notes/1', types: ['mrn'] },
    { pointer: '/inner/note', types: ['ssn'] },
  ]);
});

test.run();
