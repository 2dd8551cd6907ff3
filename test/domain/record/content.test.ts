import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseLossless } from '../../../domain/json/lossless.js';
import { contentParts } from '../../../domain/phi/content-parts.js';
import { CONTENT_PART, CUT_PART, openContent, openWhole } from '../../../domain/record/content.js';
import type { KeyRing } from '../../../domain/rings.js';
import { CATEGORIES } from '../../../schemas/phi/categories.js';
import { SENSITIVE_SCOPES, type SensitiveScope } from '../../../schemas/phi/scopes.js';
import { ACT_CODE, SENSITIVITIES } from '../../../schemas/phi/sensitivities.js';
import { openDesk } from '../../commands/desk.js';

const PLACE = { stream: 'acme.patient-1', eventId: '11111111-1111-4111-8111-111111111111' };

async function sealed(ring: KeyRing, text: string, sourceRecordId: string) {
  const { cut = [], ...main } = contentParts({ sourceRecordId, text, parsed: parseLossless(text) as never, category: 'financial' });
  const clear = [{ name: CONTENT_PART, ...main }, ...cut.map((part) => ({ name: CUT_PART, ...part }))];
  return Promise.all(clear.map(({ text: words, ...part }) => ring.seal({ ...PLACE, ...part }, words)));
}

/** A diagnosis that names its own sensitivities in words, so that a test can look for them in what a reader is shown. */
const diagnosis = fc.subarray([...SENSITIVE_SCOPES], { maxLength: 4 }).map((scopes) => ({
  words: `<${scopes.join(',')}>`,
  scopes,
  coding: scopes.map((scope) => ({ system: ACT_CODE, code: SENSITIVITIES[scope].codes[0] })),
}));

/** A claim as somebody wrote it: with blanks, numbers that no double keeps, and words that read like its own grammar. */
const claim = fc.record({
  diagnoses: fc.array(diagnosis, { maxLength: 8 }),
  note: fc.option(fc.string({ unit: 'grapheme' })),
  narrative: fc.boolean(),
  id: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('","resource":', '\n', '"parts":9,')),
  blank: fc.constantFrom('', ' ', '\n\t'),
  total: fc.constantFrom('7.0', '1E+2', '12345678901234567890.10'),
});

function written({ diagnoses, note, narrative, blank, total }: typeof claim extends fc.Arbitrary<infer Claim> ? Claim : never): string {
  const list = diagnoses.map(({ words, coding }) => `${blank}{"text":${JSON.stringify(words)},${blank}"coding":${JSON.stringify(coding)}}`);
  const members = [
    ...(narrative ? [`"text":{"div":"${diagnoses.map(({ words }) => words).join('')}"}`] : []),
    '"resourceType":"Claim"',
    ...(list.length > 0 ? [`"diagnosis":${blank}[${list.join(',')}${blank}]`] : []),
    `"total":{"value":${total}}`,
    ...(note === null ? [] : [`"note":[{"text":${JSON.stringify(note.replace(/\0|\p{Surrogate}/gu, ''))}}]`]),
  ];
  return `{${blank}${members.join(`${blank},${blank}`)}${blank}}`;
}

test('who holds all scopes gets what was written byte for byte; who holds some gets JSON, and nothing of the others', async () => {
  const desk = await openDesk();
  const ring = await desk.vault.tenantRing('acme');
  await fc.assert(
    fc.asyncProperty(claim, fc.subarray([...SENSITIVE_SCOPES]), async (said, held) => {
      const text = written(said);
      const parts = await sealed(ring, text, said.id);
      assert.ok(parts.length <= 16);
      assert.equal(await openWhole(ring, parts, PLACE), { sourceRecordId: said.id, resource: text });
      const limited = ring.limitedTo(new Set([...CATEGORIES, ...held]));
      const { resource, sourceRecordId, withheld, labels } = await openContent(limited, parts, PLACE);
      JSON.parse(resource ?? '');
      const may = (scopes: readonly SensitiveScope[]) => withoutImplied(scopes).every((scope) => held.includes(scope));
      for (const { words, scopes } of said.diagnoses) assert.is(resource?.includes(words), may(scopes) ? resource?.includes(words) : false, words);
      if (!said.diagnoses.every(({ scopes }) => may(scopes))) assert.equal([sourceRecordId, withheld, labels], [null, true, null]);
    }),
    { numRuns: 150 },
  );
  desk.close();
});

/** Psychotherapy notes are behavioural health anyway. */
function withoutImplied(scopes: readonly SensitiveScope[]): readonly SensitiveScope[] {
  return scopes.includes('psychotherapy-notes') ? scopes.filter((scope) => scope !== 'behavioural-health') : scopes;
}

test('of behavioural health beside psychotherapy notes, who holds the notes alone gets nothing', async () => {
  const desk = await openDesk();
  const ring = await desk.vault.tenantRing('acme');
  const coding = (code: string) => [{ system: ACT_CODE, code }];
  const text = JSON.stringify({ resourceType: 'Claim', diagnosis: [{ coding: coding('BH') }, { coding: coding('PSYTHPN') }] });
  const notesAlone = ring.limitedTo(new Set([...CATEGORIES, 'psychotherapy-notes']));
  const { resource, sourceRecordId, withheld, labels } = await openContent(notesAlone, await sealed(ring, text, 'r'), PLACE);
  assert.equal([resource, sourceRecordId, withheld, labels], ['{"resourceType":"Claim"}', null, true, null]);
  desk.close();
});

test('what was sealed as one part under its category reads as it always did', async () => {
  const desk = await openDesk();
  const ring = await desk.vault.tenantRing('acme');
  const text =
    '{"sourceRecordId":"r\\"1","resource":{ "resourceType":"Condition","code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"B20"}]}}}';
  const part = await ring.seal({ ...PLACE, name: CONTENT_PART, scope: 'conditions' }, text);
  const shown = await openContent(ring.limitedTo(new Set(['conditions'])), [part], PLACE);
  assert.equal(shown, { sourceRecordId: 'r"1', resource: text.slice(text.indexOf('{ '), -1), withheld: false, labels: null, opened: 1 });
  desk.close();
});

test.run();
