import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Finding, SettleCommand } from '../../../domain/record/settle.js';
import { reject } from '../../../domain/rejections.js';
import type { LedgerEvent } from '../../../schemas/catalogue.js';
import type { JudgedStatement } from '../../../schemas/events/conflict-settled.js';
import { uuid } from '../given.js';
import { PATIENT, patient, records, retracts } from './saying.js';

const test = suite('what a stream takes of settlements');

const ehr = records({ source: 'ehr', words: 'x' });
const lis = records({ source: 'lis', words: 'y' });

function judgedIn(event: LedgerEvent, group = 0, patientId = PATIENT): JudgedStatement {
  const { id: source, recordKey } = event.source as { id: string; recordKey: string };
  return { patientId, source, recordKey, assertionId: assertionOf(event), element: null, part: null, eventId: event.id, group };
}

function assertionOf(event: LedgerEvent | undefined): string {
  return event !== undefined && 'assertionId' in event.data ? event.data.assertionId : '';
}

function settles(events: readonly LedgerEvent[], more: Partial<Finding> = {}): SettleCommand {
  const judged = events.map((event) => judgedIn(event));
  const finding = { category: 'allergies', decision: 'choose' as const, chosen: judged[0]?.assertionId ?? null, judged, ...more };
  return { name: 'settle-conflict', patientId: PATIENT, finding, approval: null, reason: 'asked the patient' };
}

const reopens = (settlement: string) => ({ name: 'reopen-conflict' as const, patientId: PATIENT, settlement, reason: 'asked again' });

test('a settlement of what stands is an event that names every statement it judged, and counts on', () => {
  const story = patient(ehr, lis);
  const judged = story.events.slice(1);
  story.tell(settles(judged));
  story.when(settles(judged, { chosen: assertionOf(judged[1]) })).thenEvents({
    type: 'conflict-settled',
    data: { category: 'allergies', decision: 'choose', judged: judged.map((event) => judgedIn(event)), version: 2, approval: null },
    source: null,
    content: null,
  });
});

test('a statement of this patient that does not stand any more was read too long ago; of another patient it is not known here', () => {
  const story = patient(ehr, lis);
  const judged = story.events.slice(1);
  story.tell(retracts({ source: 'lis' }));
  story.when(settles(judged)).thenRefused('conflict-changed');
  const elsewhere = { ...judgedIn(judged[1] as LedgerEvent), patientId: uuid('merged'), eventId: uuid('elsewhere') };
  story.when(settles([], { judged: [judgedIn(judged[0] as LedgerEvent), elsewhere] })).thenEvents({ type: 'conflict-settled' });
});

test('what the facts refused is refused', () => {
  const refusal = reject('conflict-changed');
  patient(ehr)
    .when({ ...settles([]), finding: refusal })
    .thenRefused('conflict-changed');
});

test('the same decision is the first one as long as it is the last; in another order of statements too', () => {
  const story = patient(ehr, lis);
  const judged = story.events.slice(1);
  const chosen = assertionOf(judged[0]);
  story.tell(settles(judged, { chosen }));
  const first = story.last();
  story.when(settles(judged.toReversed(), { chosen })).thenRepeats(first);
  story.tell(settles(judged, { decision: 'keep-both', chosen: null }));
  story.when(settles(judged, { chosen })).thenEvents({ type: 'conflict-settled', data: { version: 3 } });
});

test('a settlement of other statements in between makes no difference to a repeat', () => {
  const story = patient(ehr, lis, records({ source: 'ehr', record: 'r2', words: 'z' }));
  const [, one, two, other] = story.events as [LedgerEvent, LedgerEvent, LedgerEvent, LedgerEvent];
  story.tell(settles([one, two]));
  const first = story.last();
  story.tell(settles([other]));
  story.when(settles([one, two])).thenRepeats(first);
});

test('a settlement is taken back once, and may then be made again', () => {
  const story = patient(ehr, lis);
  const judged = story.events.slice(1);
  story.when(reopens(uuid('nothing'))).thenRefused('unknown-settlement');
  story.tell(settles(judged));
  const settlement = story.last();
  story.when(reopens(settlement.id)).thenEvents({
    type: 'conflict-reopened',
    data: { settlement: settlement.id, category: 'allergies', judged: judged.map((event) => judgedIn(event)) },
  });
  story.tell(reopens(settlement.id));
  story.when(reopens(settlement.id)).thenRepeats(story.last());
  story.when(settles(judged)).thenEvents({ type: 'conflict-settled', data: { version: 2 } });
  assert.is(story.decisions.length, 5);
});

test.run();
