import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mayRead, ROLES } from '../../../domain/access/permissions.js';
import { scopesHeld } from '../../../domain/access/scopes.js';
import { CATEGORIES } from '../../../schemas/phi/categories.js';
import { compositeScope, isOpenScope, RESTRICTED, SENSITIVE_SCOPES, SEVERAL, scopesWithin } from '../../../schemas/phi/scopes.js';

const sensitive = (role: string, purpose: string) => SENSITIVE_SCOPES.filter((scope) => scopesHeld([role], purpose).has(scope));
const but = (...left: string[]) => SENSITIVE_SCOPES.filter((scope) => !left.includes(scope));

test('a clinician who treats, or breaks the glass, holds everything but psychotherapy notes', () => {
  for (const purpose of ['TREAT', 'ETREAT', 'BTG']) assert.equal(sensitive('clinician', purpose), but('psychotherapy-notes'), purpose);
});

test('a clinician who coordinates holds nothing under 42 CFR Part 2 either', () => {
  for (const purpose of ['CAREMGT', 'COORDIN']) assert.equal(sensitive('clinician', purpose), but('psychotherapy-notes', 'substance-use'), purpose);
});

test('a patient holds all but psychotherapy notes and what the source has yet to tell them', () => {
  assert.equal(sensitive('patient', 'PATRQT'), but('psychotherapy-notes', 'taboo'));
});

test('a privacy officer holds everything; stewards and consumers nothing that is sensitive', () => {
  assert.equal(sensitive('privacy-officer', 'HCOMPL'), [...SENSITIVE_SCOPES]);
  for (const [role, purpose] of [
    ['steward', 'HOPERAT'],
    ['consumer', 'TREAT'],
    ['consumer', 'HRESCH'],
  ] as const) {
    assert.equal(sensitive(role, purpose), [], `${role} ${purpose}`);
  }
});

test('research and public health get neither identifiers nor free text', () => {
  for (const purpose of ['HRESCH', 'PUBHLTH']) assert.equal([...scopesHeld(['consumer'], purpose)], [...CATEGORIES]);
  assert.ok(scopesHeld(['consumer'], 'TREAT').has('identifiers'));
});

test('roles, purposes and words that are not listed hold nothing', () => {
  for (const role of ['source', 'auditor', 'operator', 'constructor', '']) assert.is(scopesHeld([role], 'TREAT').size, 0);
  for (const purpose of ['HMARKT', 'HPAYMT', '', 'treat']) assert.is(scopesHeld(['clinician', 'consumer'], purpose).size, 0);
});

test('a role that does not grant the read lends no scopes to it', () => {
  const decision = mayRead({ subject: 'x', roles: ['consumer', 'clinician'], purpose: 'TREAT' }, 'read-feed', null);
  assert.ok(decision.allowed && !decision.scopes?.has('hiv'));
});

test('several roles hold what each of them holds, the same set each time', () => {
  fc.assert(
    fc.property(fc.subarray([...ROLES]), fc.constantFrom('TREAT', 'HOPERAT', 'PATRQT', 'HRESCH', 'CAREMGT', 'none'), (roles, purpose) => {
      const all = scopesHeld(roles, purpose);
      assert.equal([...all].sort(), [...new Set(roles.flatMap((role) => [...scopesHeld([role], purpose)]))].sort());
      assert.ok(all === scopesHeld([...roles].reverse(), purpose));
    }),
  );
});

const some = fc.subarray([...SENSITIVE_SCOPES]);

test('a composite scope is opened by exactly those who hold each of its sensitivities, three or fewer', () => {
  fc.assert(
    fc.property(some, fc.subarray([...SENSITIVE_SCOPES], { minLength: 1, maxLength: 3 }), (held, asked) => {
      assert.is(
        scopesWithin(held).has(compositeScope(asked)),
        asked.every((scope) => held.includes(scope)),
      );
    }),
  );
});

test('more than three sensitivities are never opened by somebody who lacks one of them', () => {
  fc.assert(
    fc.property(some, fc.subarray([...SENSITIVE_SCOPES], { minLength: 4 }), (held, asked) => {
      if (scopesWithin(held).has(compositeScope(asked))) assert.ok(asked.every((scope) => held.includes(scope)));
    }),
    { numRuns: 2000 },
  );
  assert.ok(scopesWithin(but('psychotherapy-notes', 'taboo')).has(SEVERAL));
  assert.not.ok(scopesWithin(but('taboo')).has(RESTRICTED));
  assert.ok(scopesWithin(SENSITIVE_SCOPES).has(RESTRICTED));
});

test('no composite is called like an open scope, and a limited ring has few enough to compute', () => {
  const all = [...scopesWithin(SENSITIVE_SCOPES)];
  assert.not.ok(all.some(isOpenScope));
  assert.is(all.length, 9 + 36 + 84 + 2);
});

test.run();
