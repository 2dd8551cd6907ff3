import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LedgerFault } from '../../domain/rejections.js';
import type { SearchField } from '../../domain/search/fields.js';
import { type PatientRow, type PopulationRow, patientKey, patientsProjection, populationKey, type Tokens } from '../../projections/patients.js';
import type { Row } from '../../projections/ports.js';
import type { LedgerEvent } from '../../schemas/catalogue.js';
import { token, uuid } from '../domain/given.js';
import { eventOf } from '../support/events.js';
import { pagesOf, recorded, rowsAfter, textOf } from './folding.js';

const test = suite('patient index: rows');
const ANN = uuid('ann');

type Said = ReadonlyMap<LedgerEvent, readonly [SearchField, string][]>;

/** Tokens by event: in the ledger the demographics are opened and hashed first. */
function projectionOf(said: Said, generation = 1) {
  const tokensOf = (event: LedgerEvent): Tokens | undefined => {
    const own = said.get(event);
    return own && { generation, tokens: own.map(([field, text]) => ({ field, token: token(text) })) };
  };
  return patientsProjection(tokensOf);
}

/** Each event with identifiers, as their texts. */
const saidBy = (...said: readonly (readonly [LedgerEvent, ...string[]])[]): Said =>
  new Map(said.map(([event, ...texts]) => [event, texts.map((text) => ['identifier', text] as [SearchField, string])]));

const source = (record: string) => ({ id: 'ehr', recordKey: token(record) });
const registered = (record: string, patientId = ANN, sourceVersion: string | null = null) =>
  eventOf('patient-registered', { data: { patientId, sourceVersion }, source: source(record) });
const updated = (record: string, replaces: readonly string[], sourceVersion: string | null = null) =>
  eventOf('demographics-updated', { data: { patientId: ANN, replaces: [...replaces], sourceVersion }, source: source(record) });

const rowOf = (rows: readonly Row[], key = patientKey('test', ANN)) => rows.find((row) => row.key === key);
const entries = (rows: readonly Row[]) => (rowOf(rows)?.index ?? []).map((value) => value.replace('f/test/identifier/1/128/', ''));

test('a patient is found by the newest identifiers of each source record, and no longer by those it replaced', async () => {
  const first = registered('1');
  const other = updated('2', []);
  const newer = updated('1', [first.id]);
  const said = saidBy([first, 'mrn-1', 'ssn'], [other, 'mrn-2', 'ssn'], [newer, 'mrn-9']);
  const rows = await rowsAfter(projectionOf(said), [recorded([first, other, newer])]);
  assert.equal(entries(rows).sort(), ['mrn-2', 'mrn-9', 'ssn'].map(token).sort());
  assert.is((rowOf(rows)?.value as PatientRow | undefined)?.registeredAt, first.recordedAt);
});

test('a lower version that comes late changes nothing, in whatever order they come', async () => {
  const [low, high] = [registered('1', ANN, '1'), updated('1', [], '2')];
  const said = saidBy([low, 'low'], [high, 'high']);
  for (const order of [
    [low, high],
    [high, low],
  ])
    assert.equal(entries(await rowsAfter(projectionOf(said), [recorded(order)])), [token('high')]);
});

test('what was retracted finds nobody any more; other categories, and other records, are none of its business', async () => {
  const first = registered('1');
  const retraction = (category: string, replaces: string[]) => eventOf('fact-retracted', { data: { patientId: ANN, category, replaces }, source: source('1') });
  const after = async (...events: LedgerEvent[]) => entries(await rowsAfter(projectionOf(saidBy([first, first.type])), [recorded(events)]));
  assert.equal(await after(first, retraction('demographics', [first.id])), []);
  assert.equal(await after(first, retraction('allergies', [first.id])), [token('patient-registered')]);
  const relatives = eventOf('fact-retracted', { data: { patientId: ANN, category: 'demographics', replaces: [first.id] }, source: source('2') });
  assert.equal(await after(first, relatives), [token('patient-registered')]);
});

test('entries are as long as the number of patients allows when they are made, and how pages are cut makes no difference', async () => {
  const events = Array.from({ length: 70 }, (_, n) => registered('1', uuid(`patient ${n}`)));
  const said: Said = new Map(events.map((event, n) => [event, [['family-birth-date', `text ${n}`]]]));
  const rows = await rowsAfter(projectionOf(said), [recorded(events)]);
  const bitsOf = (n: number) => Number(rowOf(rows, patientKey('test', uuid(`patient ${n}`)))?.index[0]?.split('/')[4]);
  assert.equal([0, 14, 15, 30, 31, 63, 69].map(bitsOf), [0, 0, 3, 3, 4, 5, 5]);
  assert.equal(rowOf(rows, populationKey('test'))?.value, { patients: 70, oldest: 1, generation: 1 } satisfies PopulationRow);
  const whole = textOf(rows);
  for (const sizes of [[1, 69], Array(70).fill(1), [35, 35]]) assert.is(textOf(await rowsAfter(projectionOf(said), pagesOf(recorded(events), sizes))), whole);
  assert.is(textOf(await rowsAfter(projectionOf(said), [recorded(events), recorded(events)])), whole);
});

test('an erased patient leaves a mark and no entry, and the entries of the others are looked for as before', async () => {
  const events = Array.from({ length: 16 }, (_, n) => registered('1', uuid(`patient ${n}`)));
  const said: Said = new Map(events.map((event, n) => [event, [['family-birth-date', `text ${n}`]]]));
  const patientId = uuid('patient 3');
  const late = eventOf('demographics-updated', { data: { patientId }, source: source('1') });
  const erasure = eventOf('erasure-ordered', { data: { patientId } });
  const rows = await rowsAfter(projectionOf(saidBy([late, 'late'])), [recorded([erasure, late])]);
  const all = await rowsAfter(projectionOf(said), [recorded([...events, erasure, late])]);
  for (const after of [rows, all]) {
    const row = rowOf(after, patientKey('test', patientId));
    assert.equal(row?.value, { patientId, registeredAt: '', records: {}, erased: true });
    assert.equal(row?.index, []);
  }
  assert.is((rowOf(all, populationKey('test'))?.value as PopulationRow | undefined)?.patients, 16);
});

test('whoever prepares tokens is told the newest key that rows are made with', async () => {
  const [first, second] = [registered('1'), updated('1', [])];
  const asked: number[] = [];
  const tokensOf = (event: LedgerEvent, atLeast: number): Tokens => {
    asked.push(atLeast);
    if (event === second) throw new LedgerFault('keys-unavailable');
    return { generation: 3, tokens: [] };
  };
  try {
    await rowsAfter(patientsProjection(tokensOf), [recorded([first, second])]);
    assert.unreachable();
  } catch (fault) {
    assert.instance(fault, LedgerFault);
  }
  assert.equal(asked, [0, 3]);
});

test('a patient has entries of so many source records and no more', async () => {
  const events = Array.from({ length: 300 }, (_, n) => updated(`record ${n}`, []));
  const said: Said = new Map(events.map((event, n) => [event, [['identifier', `mrn ${n}`]]]));
  const rows = await rowsAfter(projectionOf(said), [recorded(events)]);
  assert.is(rowOf(rows)?.index.length, 256);
});

test.run();
