import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isSafetyCategory, isSafetyConflict, mayPropose, needsApproval } from '../../../domain/change-control/protected.js';
import { findingsOf, standingOf } from '../../../domain/change-control/standing.js';
import { COMMAND_NAMES } from '../../../schemas/command-catalogue.js';
import { PROTECTED_COMMANDS } from '../../../schemas/commands/propose-change.js';

const test = suite('protected changes');

const command = (name: string, body: object = {}, subject = 'steward-1', roles = ['steward']) => ({ name, body, caller: { actor: { subject, roles } } });

test('designations, merges and what cannot be undone need a second person; what is said by a source of its own does not', () => {
  const needing = COMMAND_NAMES.filter((name) => needsApproval(command(name, {}, 'ehr', ['source'])));
  const expected = ['designate-system-of-record', 'erase-patient', 'merge-patients', 'release-legal-hold', 'unmerge-patients', 'withdraw-designation'];
  assert.equal(needing.sort(), expected);
  assert.ok(needsApproval(command('rotate-key', { level: 'root' })), 'the root is everybody’s');
  assert.not.ok(needsApproval(command('rotate-key', { level: 'tenant' })));
});

test('a correction needs one when it is of another source, whoever sends it', () => {
  const correction = (subject: string, roles: string[], source?: string) =>
    needsApproval(command('correct-fact', source === undefined ? {} : { source }, subject, roles));
  assert.not.ok(correction('ehr', ['source']));
  assert.not.ok(correction('ehr', ['source'], 'ehr'));
  assert.ok(correction('ehr', ['source'], 'lis'));
  assert.ok(correction('steward-1', ['steward'], 'lis'));
  // A person who is called like a source is not that source.
  assert.ok(correction('ehr', ['steward'], 'ehr'));
  assert.ok(correction('ehr', ['steward']));
});

test('safety is told by category, and of demographics by element; what is not known counts as safety', () => {
  for (const category of ['allergies', 'medications', 'devices', 'immunizations', 'conditions', 'no-such-category'])
    assert.ok(isSafetyCategory(category), category);
  for (const category of ['coverage', 'vital-signs', 'encounters', 'demographics']) assert.not.ok(isSafetyCategory(category), category);
  for (const element of ['birthDate', 'gender', 'deceased', 'identifier', null]) assert.ok(isSafetyConflict('demographics', element), String(element));
  for (const element of ['telecom', 'address', 'maritalStatus']) assert.not.ok(isSafetyConflict('demographics', element), element);
  assert.ok(isSafetyConflict('allergies', null));
});

test('a proposal is for those who might send the command themselves, a correction for stewards and officers', () => {
  for (const name of PROTECTED_COMMANDS) {
    const officers = ['erase-patient', 'release-legal-hold', 'rotate-key'].includes(name);
    assert.is(mayPropose(['steward'], name), !officers, name);
    assert.is(mayPropose(['privacy-officer'], name), officers || name === 'correct-fact', name);
    for (const role of ['source', 'clinician', 'patient', 'auditor']) assert.not.ok(mayPropose([role], name), `${role} ${name}`);
  }
});

const steps = { expiresAt: '2026-03-08T00:00:00.000Z', reviewDueBy: null, decision: null, application: null, review: null, followedUpBy: null };
const [BEFORE, LATER] = ['2026-03-02T00:00:00.000Z', '2026-03-08T00:00:00.000Z'];
const approved = { kind: 'approved' as const };
const applied = { outcome: 'applied' as const };

test('where a change stands follows from its steps and the time alone', () => {
  assert.is(standingOf(steps, BEFORE), 'proposed');
  assert.is(standingOf(steps, LATER), 'expired');
  assert.is(standingOf({ ...steps, decision: { kind: 'rejected' } }, LATER), 'rejected');
  assert.is(standingOf({ ...steps, decision: approved }, LATER), 'approved');
  assert.is(standingOf({ ...steps, decision: approved, application: applied }, LATER), 'applied');
  assert.is(standingOf({ ...steps, decision: approved, application: { outcome: 'failed' } }, LATER), 'failed');
});

test('an emergency is in review until somebody reviewed it, and overdue when nobody did', () => {
  const emergency = { ...steps, expiresAt: null, reviewDueBy: '2026-03-05T00:00:00.000Z' };
  assert.is(standingOf(emergency, BEFORE), 'approved');
  assert.is(standingOf({ ...emergency, application: applied }, BEFORE), 'in-review');
  assert.is(standingOf({ ...emergency, application: applied }, LATER), 'overdue');
  assert.is(standingOf({ ...emergency, application: applied, review: { verdict: 'upheld' } }, LATER), 'reviewed');
});

test('findings: an effect that is missing, a review that is overdue, a change judged wrong that nothing has made good', () => {
  const emergency = { ...steps, expiresAt: null, reviewDueBy: '2026-03-05T00:00:00.000Z', application: applied };
  assert.equal(findingsOf(steps, BEFORE), []);
  assert.equal(findingsOf({ ...steps, decision: approved }, BEFORE), ['effect-missing']);
  assert.equal(findingsOf(emergency, LATER), ['review-overdue']);
  assert.equal(findingsOf({ ...emergency, review: { verdict: 'upheld' } }, LATER), []);
  assert.equal(findingsOf({ ...emergency, review: { verdict: 'not-upheld' } }, LATER), ['follow-up-missing']);
  assert.equal(findingsOf({ ...emergency, review: { verdict: 'not-upheld' }, followedUpBy: 'x' }, LATER), []);
});

test.run();
