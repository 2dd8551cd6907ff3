import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ErasureCommand, erasureDecider } from '../../../domain/erasure/decide.js';
import { yearsAfter } from '../../../domain/erasure/exceptions.js';
import type { LedgerEvent } from '../../../schemas/catalogue.js';
import { ERASURE_GROUNDS } from '../../../schemas/events/erasure-ordered.js';
import type { Certificate } from '../../../schemas/events/patient-erased.js';
import { eventOf } from '../../support/events.js';
import { given, uuid } from '../given.js';

const test = suite('erasing a patient');

const ANN = uuid('ann');
const NOW = '2026-03-01T08:00:00.000Z';
const placed = eventOf('legal-hold-placed', { id: uuid('hold'), data: { patientId: ANN } });
const released = eventOf('legal-hold-released', { data: { patientId: ANN, holdId: placed.id } });
const ordered = eventOf('erasure-ordered', { id: uuid('order'), data: { patientId: ANN } });
const erased = eventOf('patient-erased', { data: { patientId: ANN, orderId: ordered.id } });

const erase = (more: Partial<Extract<ErasureCommand, { name: 'erase-patient' }>> = {}): ErasureCommand => ({
  name: 'erase-patient',
  patientId: ANN,
  ground: 'consent-withdrawn',
  requestedBy: 'patient',
  reason: 'moved away',
  approval: null,
  keys: [{ keyId: uuid('key'), generation: 1 }],
  quarantine: null,
  livingMembers: 0,
  now: NOW,
  lastStatedAt: '2019-01-01T00:00:00.000Z',
  retentionYears: 6,
  ...more,
});
const on = (...events: readonly LedgerEvent[]) => given(erasureDecider, ...events);
const RETENTION = 'GDPR 17(3)(b), (c); state record-retention law; 45 CFR 164.316(b)(2)(i)';

test('a patient of whom nothing has to be kept is ordered to be erased, and why is sealed', () => {
  const data = { patientId: ANN, ground: 'consent-withdrawn', requestedBy: 'patient', keys: [{ keyId: uuid('key'), generation: 1 }], approval: null };
  on()
    .when(erase())
    .thenEvents({ type: 'erasure-ordered', data, content: { scope: 'erasure', text: 'moved away' } });
});

test('a hold in force refuses on record, whatever the ground', () => {
  for (const ground of ERASURE_GROUNDS)
    on(placed)
      .when(erase({ ground }))
      .thenEvents({ type: 'erasure-refused', data: { ground, exceptions: [{ kind: 'legal-hold', law: 'GDPR 17(3)(e)', until: null }] } });
});

test('a released hold refuses nothing, and another that stands still does', () => {
  const other = eventOf('legal-hold-placed', { data: { patientId: ANN } });
  on(placed, released).when(erase()).thenEvents({ type: 'erasure-ordered' });
  on(placed, other, released).when(erase()).thenEvents({ type: 'erasure-refused' });
});

test('a record is kept for so many years after what was last said in it, and the refusal says until when', () => {
  const late = erase({ lastStatedAt: '2024-02-29T12:00:00.000Z' });
  const exceptions = [{ kind: 'retention-duty', law: RETENTION, until: '2030-03-01T12:00:00.000Z' }];
  on()
    .when(late)
    .thenEvents({ type: 'erasure-refused', data: { exceptions }, content: { scope: 'erasure', text: 'moved away' } });
  on()
    .when(erase({ lastStatedAt: '2020-03-01T08:00:00.000Z' }))
    .thenEvents({ type: 'erasure-ordered' });
  on()
    .when(erase({ lastStatedAt: '2020-03-01T08:00:00.001Z' }))
    .thenEvents({ type: 'erasure-refused' });
  on()
    .when(erase({ lastStatedAt: NOW, retentionYears: 0 }))
    .thenEvents({ type: 'erasure-ordered' });
});

test('what should never have been kept is not kept for the sake of a retention duty', () => {
  for (const ground of ERASURE_GROUNDS) {
    const goesBefore = ground === 'unlawful-processing' || ground === 'legal-obligation';
    on()
      .when(erase({ ground, lastStatedAt: NOW }))
      .thenEvents({ type: goesBefore ? 'erasure-ordered' : 'erasure-refused' });
  }
});

test('both exceptions are named, the graver first', () => {
  const { decision } = on(placed).when(erase({ lastStatedAt: NOW }));
  const [draft] = decision.kind === 'accept' ? decision.drafts : [];
  assert.equal(draft?.type === 'erasure-refused' && draft.data.exceptions.map(({ kind }) => kind), ['legal-hold', 'retention-duty']);
});

test('a patient in whom living others were merged is not erased, and nothing is recorded of it', () => {
  on()
    .when(erase({ livingMembers: 1 }))
    .thenRefused('merged-survivor');
});

test('an order is given once: whoever asks again is answered with the first', () => {
  on(ordered).when(erase()).thenRepeats(ordered);
  on(ordered, erased)
    .when(erase({ ground: 'objection', livingMembers: 3 }))
    .thenRepeats(ordered);
});

test('a hold is placed while there is something to hold, and released once', () => {
  const place: ErasureCommand = { name: 'place-legal-hold', patientId: ANN, matter: 'case 7' };
  const release: ErasureCommand = { name: 'release-legal-hold', patientId: ANN, holdId: placed.id, approval: null };
  on()
    .when(place)
    .thenEvents({ type: 'legal-hold-placed', data: { patientId: ANN }, content: { scope: 'erasure', text: 'case 7' } });
  on(ordered).when(place).thenRefused('patient-erased');
  on(placed)
    .when(release)
    .thenEvents({ type: 'legal-hold-released', data: { patientId: ANN, holdId: placed.id, approval: null }, content: null });
  on(placed, released).when(release).thenRepeats(released);
  on().when(release).thenRefused('unknown-hold');
});

test('there is one certificate of an order, and none without one', () => {
  const certificate = { ...eventOf('patient-erased').data, patientId: ANN, orderId: ordered.id } as Certificate;
  const certify: ErasureCommand = { name: 'certify', eventId: uuid('certificate'), certificate };
  on(ordered)
    .when(certify)
    .thenEvents({ type: 'patient-erased', id: uuid('certificate'), data: { orderId: ordered.id } });
  on(ordered, erased).when(certify).thenRepeats(erased);
  assert.is(on().when(certify).decision.kind, 'rejected');
});

test('whatever else was decided, nothing takes an order back, and no erasure passes a hold', () => {
  const history = fc.array(fc.constantFrom<LedgerEvent>(placed, released, ordered, eventOf('erasure-refused', { data: { patientId: ANN } })), { maxLength: 8 });
  fc.assert(
    fc.property(history, fc.constantFrom(...ERASURE_GROUNDS), (events, ground) => {
      const { decision } = on(...events).when(erase({ ground }));
      const isOrdered = events.includes(ordered);
      assert.is(decision.kind === 'repeat', isOrdered);
      // A release counts only after the hold that it names.
      const held = events.includes(placed) && events.lastIndexOf(released) < events.lastIndexOf(placed);
      if (!isOrdered && held) assert.is(decision.kind === 'accept' && decision.drafts[0]?.type, 'erasure-refused');
    }),
  );
});

test('years later is the same day, and a leap day that is missing is the day after', () => {
  assert.is(yearsAfter('2024-02-29T12:00:00.000Z', 4), '2028-02-29T12:00:00.000Z');
  assert.is(yearsAfter('2024-02-29T12:00:00.000Z', 76), '2100-03-01T12:00:00.000Z');
  assert.is(yearsAfter('1999-12-31T23:59:59.999Z', 1), '2000-12-31T23:59:59.999Z');
});

test('what another event of the log says changes nothing, nor does the release of a hold that is not there', () => {
  const { initial, evolve } = erasureDecider;
  const state = evolve(initial(), placed, 0);
  const before = JSON.stringify([...state.holds]);
  for (const other of [eventOf('access-recorded'), eventOf('legal-hold-released', { data: { patientId: ANN, holdId: uuid('another') } })])
    assert.is(JSON.stringify([...evolve(state, other, 1).holds]), before);
});

test.run();
