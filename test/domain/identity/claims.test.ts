import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FhirResource } from '../../../domain/identity/statements.js';
import { concept, meet, only, resource, rxnorm, sct } from './resources.js';

const test = suite('claims');
const IPS = 'http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips';
const ips = (code: string) => ({ system: IPS, code });
const allergy = (coding: object, more: object = {}) => resource('AllergyIntolerance', { code: concept(coding), ...more });
const penicillin = (more: object = {}) => allergy(sct('764146007'), more);
const condition = (coding: object, more: object = {}) => resource('Condition', { code: concept(coding), ...more });
const statement = (coding: object, status: string) => resource('MedicationStatement', { status, medicationCodeableConcept: concept(coding) });

/** Whether one cannot be true beside the other. Asked both ways: a dispute has two sides. */
function dispute(a: FhirResource, b: FhirResource): boolean {
  const [left, right] = [only(a), only(b)];
  const one = left.asserts.some((claim) => right.contradicts.includes(claim));
  assert.is(
    right.asserts.some((claim) => left.contradicts.includes(claim)),
    one,
    'a dispute has two sides',
  );
  return one;
}

test('no known allergy disputes every allergy', () => {
  for (const none of [sct('716186003'), sct('160244002'), ips('no-known-allergies')]) {
    assert.ok(dispute(allergy(none), penicillin()));
    assert.ok(dispute(allergy(none), penicillin({ category: ['food', 'medication'] })));
  }
});

test('no known drug allergy disputes allergies to drugs and no others', () => {
  for (const none of [sct('409137002'), ips('no-known-medication-allergies')]) {
    assert.ok(dispute(allergy(none), penicillin({ category: ['medication'] })));
    assert.ok(dispute(allergy(none), penicillin({ category: ['biologic'] })));
    assert.not.ok(dispute(allergy(none), penicillin({ category: ['food'] })));
    assert.not.ok(dispute(allergy(none), penicillin()));
  }
  assert.ok(dispute(allergy(sct('429625007')), allergy(sct('91935009'), { category: ['food'] })));
  assert.ok(dispute(allergy(sct('428607008')), allergy(sct('91935009'), { category: ['environment'] })));
  assert.not.ok(dispute(allergy(sct('716220001')), allergy(sct('91935009'), { category: ['environment'] })));
});

test('a refuted, retracted, resolved or unreadably modified allergy claims nothing', () => {
  const none = allergy(sct('716186003'));
  for (const more of [
    { verificationStatus: concept({ code: 'refuted' }) },
    { verificationStatus: concept({ code: 'entered-in-error' }) },
    { clinicalStatus: concept({ code: 'resolved' }) },
    { modifierExtension: [{ url: 'http://example.org/negated', valueBoolean: true }] },
  ])
    assert.not.ok(dispute(none, penicillin(more)), JSON.stringify(more));
  assert.ok(dispute(none, penicillin({ verificationStatus: concept({ code: 'unconfirmed' }) })));
});

test('that nobody looked is no claim and no fact to be shared', () => {
  for (const info of [
    ips('no-allergy-info'),
    ips('no-problem-info'),
    { ...ips('no-allergy-info'), system: '2.16.840.1.113883.5.1150.1' },
    sct('1631000175102'),
  ]) {
    assert.equal(only(allergy(info)).identity, []);
    assert.not.ok(dispute(allergy(info), allergy(sct('716186003'))));
    assert.not.ok(dispute(allergy(info), penicillin()));
  }
  const unasked = resource('List', { status: 'current', mode: 'snapshot', emptyReason: concept({ code: 'notasked' }) });
  assert.equal([only(unasked).asserts, only(unasked).contradicts], [[], []]);
});

test('none known is one fact for each class, whichever code says so, and not the fact of a substance', () => {
  assert.ok(meet(allergy(sct('716186003')), allergy(ips('no-known-allergies'))));
  assert.ok(meet(allergy(sct('716186003')), allergy(sct('160244002'))));
  assert.not.ok(meet(allergy(sct('716186003')), allergy(sct('409137002'))));
  assert.not.ok(meet(allergy(sct('716186003')), penicillin()));
});

test('no known problem disputes an active condition, not one that is over, refuted or only considered', () => {
  for (const none of [sct('160245001'), ips('no-known-problems')]) {
    assert.ok(dispute(condition(none), condition(sct('44054006'))));
    assert.ok(dispute(condition(none), condition(sct('44054006'), { clinicalStatus: concept({ code: 'relapse' }) })));
    assert.not.ok(dispute(condition(none), condition(sct('44054006'), { clinicalStatus: concept({ code: 'resolved' }) })));
    assert.not.ok(dispute(condition(none), condition(sct('44054006'), { verificationStatus: concept({ code: 'refuted' }) })));
    assert.not.ok(dispute(condition(none), condition(sct('44054006'), { verificationStatus: concept({ code: 'differential' }) })));
  }
});

test('no known medication disputes what is taken', () => {
  const none = statement(ips('no-known-medications'), 'active');
  assert.ok(dispute(none, statement(rxnorm('314076'), 'active')));
  for (const status of ['not-taken', 'stopped', 'completed', 'entered-in-error']) assert.not.ok(dispute(none, statement(rxnorm('314076'), status)), status);
});

test('claims of one topic never meet those of another', () => {
  assert.not.ok(dispute(condition(sct('160245001')), penicillin()));
  assert.not.ok(dispute(statement(ips('no-known-medications'), 'active'), condition(sct('44054006'))));
});

test.run();
