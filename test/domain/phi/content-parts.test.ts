import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseLossless } from '../../../domain/json/lossless.js';
import { contentParts, sensitiveScopeOf } from '../../../domain/phi/content-parts.js';
import { joinContent } from '../../../domain/record/content.js';
import { isOpenScope, SENSITIVE_SCOPES, scopesWithin, sensitivitiesIn } from '../../../schemas/phi/scopes.js';
import { ACT_CODE, SENSITIVITIES } from '../../../schemas/phi/sensitivities.js';

const LOINC = 'http://loinc.org';
const coded = (code: string, system = LOINC) => ({ coding: [{ system, code }] });
const partsOf = (resource: object, category = 'laboratory', text = JSON.stringify(resource)) =>
  contentParts({ sourceRecordId: 'r"1', text, parsed: parseLossless(text) as never, category });
const scopesOf = (resource: object) => {
  const { scope, cut = [] } = partsOf(resource);
  return [scope, ...cut.map((part) => part.scope)];
};
const label = (...codes: string[]) => ({ extension: codes.map((code) => ({ url: 'x', valueCoding: { system: ACT_CODE, code } })) });

test('what holds nothing sensitive is one part under its category, written as ever', () => {
  const text = '{ "resourceType":"Observation", "valueQuantity":{"value":7.0} }';
  assert.equal(partsOf({}, 'laboratory', text), { scope: 'laboratory', text: joinContent({ sourceRecordId: 'r"1', resource: text }) });
});

test('a resource that is sensitive itself goes whole under its sensitivities, with its labels', () => {
  const { scope, text, cut } = partsOf({ resourceType: 'Observation', code: coded('75622-1'), note: [{ text: 'x' }] });
  assert.equal([scope, cut], ['hiv', undefined]);
  assert.match(
    text,
    /^\{"labels":\{"confidentiality":"R","sensitivity":\["HIV"\],"rules":\["hiv"\],"by":"sensitivity-rules@\d+"\},"sourceRecordId":"r\\"1","resource":\{/,
  );
});

test('several sensitivities of one resource make one scope, in whatever order they stand', () => {
  const two = [label('HIV'), label('SUD')];
  assert.equal(scopesOf({ resourceType: 'Condition', category: two }), ['hiv+substance-use']);
  assert.equal(scopesOf({ resourceType: 'Condition', category: [...two].reverse() }), ['hiv+substance-use']);
  assert.equal(scopesOf({ resourceType: 'Condition', meta: label('HIV', 'SUD', 'SEX', 'GDIS') }), ['several']);
  assert.equal(scopesOf({ resourceType: 'Condition', meta: label('HIV', 'SUD', 'SEX', 'PSYTHPN') }), ['restricted']);
});

test('a sensitive element is cut out; what tells about the whole goes with it', () => {
  const resource = {
    resourceType: 'Observation',
    text: { div: 'positive' },
    code: { text: 'panel' },
    component: [{ code: coded('8867-4') }, { code: coded('75622-1'), valueString: 'positive' }],
    note: [{ text: 'has HIV' }],
  };
  const { scope, text, cut } = partsOf(resource);
  assert.is(scope, 'laboratory');
  assert.is(
    text,
    '{"parts":1,"sourceRecordId":null,"resource":{"resourceType":"Observation","code":{"text":"panel"},"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]}}]}}',
  );
  assert.equal(
    cut?.map((part) => part.scope),
    ['hiv'],
  );
  const kept = JSON.parse(cut?.[0]?.text.split('\n')[0] ?? '') as { sourceRecordId: string; labels: { sensitivity: string[] }; cuts: number[][] };
  assert.equal([kept.sourceRecordId, kept.labels.sensitivity, kept.cuts.length], ['r"1', ['HIV'], 3]);
});

test('of two elements with different sensitivities each has its part, and the whole is told under both', () => {
  const resource = { resourceType: 'Encounter', reasonCode: [label('HIV'), label('SUD'), { text: 'cough' }], text: { div: '…' } };
  assert.equal(scopesOf(resource).sort(), ['hiv', 'hiv+substance-use', 'laboratory', 'substance-use']);
});

test('what a panel says of itself goes with its sensitive component: narrative, conclusion, interpretation, value and the words of its code', () => {
  const told = 'HIV positive';
  const panel = {
    resourceType: 'Observation',
    text: { status: 'generated', div: `<div>${told}</div>` },
    code: { text: `panel: ${told}`, coding: [{ system: LOINC, code: '24323-8' }] },
    valueString: told,
    interpretation: [{ text: told }],
    component: [
      { code: coded('8867-4'), valueInteger: 71 },
      { code: coded('75622-1'), valueString: told },
    ],
  };
  const text = `\n${JSON.stringify(panel, null, 2)}`;
  const { scope, text: open, cut } = partsOf(panel, 'laboratory', text);
  assert.equal([scope, cut?.map((part) => part.scope)], ['laboratory', ['hiv']]);
  assert.not.ok(open.includes(told));
  const shown = JSON.parse(JSON.stringify(JSON.parse(open).resource));
  assert.equal(shown, { resourceType: 'Observation', code: { coding: panel.code.coding }, component: [{ code: coded('8867-4'), valueInteger: 71 }] });
  const report = {
    resourceType: 'DiagnosticReport',
    extension: [label('HIV')],
    code: { coding: [], text: told },
    conclusion: told,
    presentedForm: [{ title: told }],
    result: [{}],
  };
  assert.not.ok(partsOf(report, 'reports').text.includes(told));
});

test('a code that is nothing but words stays: without them nobody would know what the rest is about', () => {
  const { text } = partsOf({ resourceType: 'Observation', code: { text: 'panel' }, component: [{ code: coded('8867-4') }, { code: coded('75622-1') }] });
  assert.ok(text.includes('"code":{"text":"panel"}'));
});

test('what says one thing twice is not cut: all of it is sealed with what is sensitive', () => {
  const twice =
    '{"resourceType":"Observation","code":{"coding":[],"text":"a","text":"b"},"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"75622-1"}]}},{}]}';
  const { scope, cut } = contentParts({ sourceRecordId: 'r', text: twice, parsed: JSON.parse(twice), category: 'laboratory' });
  assert.equal([scope, cut], ['hiv', undefined]);
});

test('an array of which nothing would be left goes as a member: FHIR knows no empty array', () => {
  const { text } = partsOf({ resourceType: 'Encounter', status: 'finished', reasonCode: [label('HIV'), label('SUD')] });
  assert.is(text, '{"parts":1,"sourceRecordId":null,"resource":{"resourceType":"Encounter","status":"finished"}}');
});

test('identifiers of persons have a scope of their own, with the record id and the narrative', () => {
  const patient = { resourceType: 'Patient', identifier: [{ value: 'mrn' }], text: { div: 'mrn' }, birthDate: '1960-12-10' };
  const { text, cut } = partsOf(patient, 'demographics');
  assert.equal(
    cut?.map(({ scope }) => scope),
    ['identifiers'],
  );
  assert.not.ok(text.includes('mrn') || text.includes('r\\"1'));
  assert.not.ok(cut?.[0]?.text.includes('labels'), 'identifiers are not sensitive in the sense of labels');
  assert.is(partsOf({ resourceType: 'Organization', identifier: [{ value: 'x' }] }).cut, undefined);
});

test('notes have a scope of their own, and the narrative goes with them', () => {
  const { text, cut } = partsOf({ resourceType: 'AllergyIntolerance', text: { div: 'said' }, note: [{ text: 'said' }], code: { text: 'nuts' } }, 'allergies');
  assert.equal(
    cut?.map(({ scope }) => scope),
    ['provider-notes'],
  );
  assert.ok(text.includes('"sourceRecordId":"r\\"1"') && !text.includes('said'));
});

test('a flood of sensitive elements stays within the parts that an event takes, one a scope', () => {
  const codes = SENSITIVE_SCOPES.map((scope) => SENSITIVITIES[scope].codes[0]);
  const sets = fc.array(fc.subarray(codes), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(sets, (said) => {
      const scopes = scopesOf({ resourceType: 'Claim', identifier: [], diagnosis: [...said.map((own) => label(...own)), {}], note: [{ text: 'x' }] });
      assert.ok(scopes.length <= 14, String(scopes.length));
      assert.is(new Set(scopes).size, scopes.length);
    }),
    { numRuns: 200 },
  );
});

test('nothing sensitive stays in a part that is open: every element is under a scope that names its sensitivity', () => {
  fc.assert(
    fc.property(fc.array(fc.subarray(['HIV', 'SUD', 'SEX', 'PSYTHPN', 'TBOO']), { minLength: 1, maxLength: 8 }), (said) => {
      const { scope, text, cut = [] } = partsOf({ resourceType: 'Encounter', reasonCode: said.map((own, n) => ({ ...label(...own), text: `marker${n};` })) });
      for (const part of [{ scope, text }, ...cut]) {
        if (isOpenScope(part.scope)) for (const [n, own] of said.entries()) assert.is(part.text.includes(`marker${n};`), own.length === 0);
      }
    }),
  );
});

test('sensitivities of more pairs than an event has parts go under the one scope that holds all of them', () => {
  const codes = SENSITIVE_SCOPES.map((scope) => SENSITIVITIES[scope].codes[0]);
  const pairs = codes.flatMap((one, nth) => codes.slice(nth + 1).map((other) => label(one, other)));
  const { scope, cut } = partsOf({ resourceType: 'Claim', diagnosis: [...pairs, {}], note: [{ text: 'x' }] });
  assert.equal([scope, cut?.map((part) => part.scope)], ['laboratory', ['restricted']]);
});

test('an identifier that is sensitive takes the others of the person along', () => {
  const patient = { resourceType: 'Patient', identifier: [{ value: 'mrn' }, { value: 'clinic', ...label('HIV') }] };
  const { text, cut } = partsOf(patient, 'demographics');
  assert.equal(
    cut?.map((part) => part.scope),
    ['hiv'],
  );
  assert.not.ok(text.includes('mrn') || text.includes('clinic'));
});

test('the scope of a resource that is sealed whole is that of all that is sensitive in it', () => {
  assert.is(sensitiveScopeOf({ resourceType: 'Observation', code: coded('8867-4') } as never), null);
  assert.is(sensitiveScopeOf({ resourceType: 'Observation', code: coded('75622-1'), component: [label('SUD')] } as never), 'hiv+substance-use');
  assert.is(sensitiveScopeOf({ resourceType: 'Observation', component: [label('SUD')] } as never), 'substance-use');
});

test('a composite scope stands for its sensitivities, and the two that have no names for all, or for all that many hold', () => {
  assert.equal(sensitivitiesIn('hiv+substance-use'), ['hiv', 'substance-use']);
  assert.equal(sensitivitiesIn('restricted'), SENSITIVE_SCOPES);
  assert.equal(
    sensitivitiesIn('several'),
    SENSITIVE_SCOPES.filter((scope) => scope !== 'psychotherapy-notes' && scope !== 'taboo'),
  );
  assert.equal(sensitivitiesIn('laboratory'), []);
  const held = (...scopes: string[]) => [...scopesWithin(scopes)].sort();
  assert.equal(held('laboratory', 'hiv', 'violence'), ['hiv', 'hiv+violence', 'laboratory', 'violence']);
  assert.ok(!scopesWithin(sensitivitiesIn('several')).has('restricted') && scopesWithin(sensitivitiesIn('several')).has('several'));
  assert.ok(scopesWithin(SENSITIVE_SCOPES).has('restricted'));
});

test.run();
