import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Action, mayCommand, mayRead, ROLES, type Role } from '../../../domain/access/permissions.js';
import { COMMAND_NAMES } from '../../../schemas/command-catalogue.js';
import { ACCESS_ACTIONS } from '../../../schemas/events/access-recorded.js';

const test = suite('who may do what');

const PATIENT = 'f6f7a2c4-0000-4000-8000-000000000001';
const caller = (role: string, purpose: string, subject = 'somebody') => ({ subject, roles: [role], purpose });

const CHANGING = ['propose-change', 'approve-change', 'reject-change', 'review-change'];

/** The table as the README tells it: each role's usual purpose and what it may do with it. */
const KEEPING_KEYS = ['rotate-key', 'suspend-key', 'reseal', 'report-key-compromise'];
const MAY: Readonly<Record<Role, { purpose: string; reads: readonly Action[]; opens: boolean; commands: readonly string[] }>> = {
  source: {
    purpose: 'TREAT',
    reads: ['find-patient'],
    opens: false,
    commands: ['register-patient', 'update-demographics', 'record-fact', 'correct-fact', 'retract-fact'],
  },
  clinician: { purpose: 'TREAT', reads: ['read-record', 'read-history', 'read-lineage', 'read-conflicts', 'find-patient'], opens: true, commands: [] },
  steward: {
    purpose: 'HOPERAT',
    reads: ['read-record', 'read-history', 'read-lineage', 'read-conflicts', 'find-patient', 'read-quarantine'],
    opens: true,
    commands: [
      ...['register-source', 'suspend-source', 'reinstate-source', 'designate-system-of-record', 'withdraw-designation', 'settle-conflict', 'reopen-conflict'],
      ...['link-patients', 'unlink-patients', 'merge-patients', 'unmerge-patients', 'correct-fact', ...CHANGING, 'answer-amendment'],
    ],
  },
  'privacy-officer': {
    purpose: 'HCOMPL',
    reads: ['read-record', 'read-history', 'read-lineage', 'read-conflicts', 'read-accesses', 'find-patient', 'read-quarantine'],
    opens: true,
    commands: [
      ...['suspend-source', 'reinstate-source', 'correct-fact', ...CHANGING, 'request-amendment', 'answer-amendment', 'state-disagreement'],
      ...['erase-patient', 'place-legal-hold', 'release-legal-hold', 'resume-key', ...KEEPING_KEYS],
    ],
  },
  patient: {
    purpose: 'PATRQT',
    reads: ['read-record', 'read-history', 'read-lineage', 'read-accesses'],
    opens: true,
    commands: ['request-amendment', 'state-disagreement'],
  },
  consumer: { purpose: 'TREAT', reads: ['read-feed'], opens: true, commands: [] },
  auditor: { purpose: 'HCOMPL', reads: ['read-history', 'read-lineage', 'read-accesses', 'replay', 'read-quarantine'], opens: false, commands: [] },
  operator: { purpose: 'SYSADMIN', reads: ['operate'], opens: false, commands: ['register-source', 'suspend-source', 'reinstate-source', ...KEEPING_KEYS] },
};

/** Key scopes have tests of their own. */
function withoutScopes(decision: ReturnType<typeof mayRead>): object {
  const { scopes: _, ...rest } = decision as { scopes?: unknown };
  return rest;
}

for (const role of ROLES) {
  const { purpose, reads, opens, commands } = MAY[role];

  test(`${role} may do what the table says and nothing else`, () => {
    const ofPatients = role === 'patient' ? [PATIENT] : null;
    for (const action of ACCESS_ACTIONS) {
      const decision = withoutScopes(mayRead(caller(role, purpose, PATIENT), action, PATIENT));
      assert.equal(decision, reads.includes(action) ? { allowed: true, opens, ofPatients } : { allowed: false, code: 'not-permitted' }, `${role} ${action}`);
    }
    for (const command of COMMAND_NAMES) assert.is(mayCommand([role], command), commands.includes(command), `${role} ${command}`);
  });

  test(`${role} with a purpose that the role does not list may read nothing`, () => {
    for (const action of ACCESS_ACTIONS) assert.not.ok(mayRead(caller(role, 'HMARKT', PATIENT), action, PATIENT).allowed, action);
  });
}

test('a patient reads only their own record', () => {
  assert.ok(mayRead(caller('patient', 'PATRQT', PATIENT), 'read-record', PATIENT).allowed);
  for (const other of ['f6f7a2c4-0000-4000-8000-000000000002', null])
    assert.not.ok(mayRead(caller('patient', 'PATRQT', PATIENT), 'read-record', other).allowed);
  const selves = [PATIENT, 'f6f7a2c4-0000-4000-8000-000000000003'];
  for (const self of selves)
    assert.equal(withoutScopes(mayRead({ ...caller('patient', 'PATRQT', PATIENT), selves }, 'read-record', self)), {
      allowed: true,
      opens: true,
      ofPatients: selves,
    });
});

test('purpose and action must be granted by one role: two roles do not lend each other theirs', () => {
  const both = { subject: 'x', roles: ['operator', 'clinician'], purpose: 'SYSADMIN' };
  assert.ok(mayRead(both, 'operate', null).allowed);
  assert.not.ok(mayRead(both, 'read-record', PATIENT).allowed);
});

test('content is opened if one of the granting roles opens', () => {
  assert.equal(withoutScopes(mayRead({ subject: 'x', roles: ['auditor', 'steward'], purpose: 'HOPERAT' }, 'read-history', PATIENT)), {
    allowed: true,
    opens: true,
    ofPatients: null,
  });
  assert.equal(withoutScopes(mayRead({ subject: 'x', roles: ['auditor', 'clinician'], purpose: 'HCOMPL' }, 'read-history', PATIENT)), {
    allowed: true,
    opens: false,
    ofPatients: null,
  });
});

test('roles, commands and actions that nobody knows give nothing', () => {
  const word = fc.string().filter((text) => !(ROLES as readonly string[]).includes(text));
  fc.assert(
    fc.property(word, fc.constantFrom(...ACCESS_ACTIONS), fc.constantFrom(...COMMAND_NAMES), (role, action, command) => {
      assert.not.ok(mayRead(caller(role, 'TREAT'), action, PATIENT).allowed);
      assert.not.ok(mayCommand([role], command));
      assert.not.ok(mayCommand([...ROLES], role));
    }),
  );
  for (const name of ['constructor', '__proto__', 'toString']) assert.not.ok(mayCommand([...ROLES], name), name);
});

test.run();
