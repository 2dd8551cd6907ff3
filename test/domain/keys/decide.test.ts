import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Decision } from '../../../domain/decider.js';
import { type KeysCommand, type KeysState, keysDecider } from '../../../domain/keys/decide.js';
import type { EventOf, EventType, LedgerEvent } from '../../../schemas/catalogue.js';

const test = suite('what is decided about keys');
const AT = '2026-03-01T08:00:00.000Z';
let numbers = 0;
const id = () => `00000000-0000-4000-8000-${String(++numbers).padStart(12, '0')}`;

type Rotation = EventOf<'key-rotation-ordered'>['data'];
type Suspension = EventOf<'key-suspension-ordered'>['data'];

/** The stream as it grows: each decision that is taken is the state's next event. */
class Stream {
  state: KeysState = keysDecider.initial();
  revision = -1;

  add<T extends EventType>(type: T, data: EventOf<T>['data']): void {
    this.revision += 1;
    this.state = keysDecider.evolve(this.state, { id: id(), type, data, recordedAt: AT } as unknown as LedgerEvent, this.revision);
  }

  send(command: KeysCommand): string {
    const decision: Decision = keysDecider.decide(this.state, command);
    if (decision.kind === 'rejected') return decision.code;
    if (decision.kind === 'repeat') return `repeats ${decision.revision}`;
    for (const { type, data } of decision.drafts) this.add(type as EventType, data as never);
    return decision.drafts.map(({ type }) => type).join(' ');
  }

  rotate(more: Partial<Rotation> = {}): string {
    const data: Rotation = {
      ...{ rotationId: id(), kind: 'rotate', level: 'tenant', patientId: null, fromKeyId: 'a', because: 'scheduled', activatesAt: null, approval: null },
      ...more,
    };
    return this.send({ name: 'order-rotation', data });
  }

  order(kind: Suspension['kind'], more: Partial<Suspension> = {}): string {
    const data: Suspension = { orderId: id(), kind, level: 'tenant', patientId: null, keyId: 'a', because: 'inquiry', ...more };
    return this.send({ name: 'order-suspension', data });
  }

  complete(rotationId: string): string {
    const data = { rotationId, level: 'tenant' as const, patientId: null, toKeyId: 'b', rewrapped: 1 };
    return this.send({ name: 'complete-rotation', data, states: [] });
  }
}

const state = (to: EventOf<'key-state-changed'>['data']['to'], because: string, more: object = {}) => ({
  ...{ keyId: 'a', level: 'tenant' as const, patientId: null, generation: 1, to, because },
  ...more,
});
const report = (more: Partial<EventOf<'key-compromise-reported'>['data']> = {}): KeysCommand => ({
  name: 'report-compromise',
  data: { reportId: id(), level: 'tenant', patientId: null, keyId: 'a', suspectedSince: AT, ...more },
  description: null,
});

test('a key is suspended once, resumed once, and may be suspended again', () => {
  const stream = new Stream();
  assert.is(stream.order('resume'), 'key-not-suspended');
  assert.is(stream.order('suspend'), 'key-suspension-ordered');
  assert.is(stream.order('suspend'), 'key-already-suspended');
  assert.is(stream.order('resume'), 'key-suspension-ordered');
  assert.is(stream.order('resume'), 'key-not-suspended');
  assert.is(stream.order('suspend'), 'key-suspension-ordered');
});

test('an order that was carried out is carried out once, and says what the key was then', () => {
  const stream = new Stream();
  const orderId = id();
  stream.order('suspend', { orderId });
  assert.is(stream.send({ name: 'carry-out-suspension', state: state('suspended', orderId) }), 'key-state-changed');
  assert.is(stream.send({ name: 'carry-out-suspension', state: state('suspended', orderId) }), 'repeats 1');
  assert.is(stream.state.suspensions.get(orderId)?.carriedOut?.to, 'suspended');
  assert.ok(stream.state.suspended.has('a'));
});

test('whatever takes a key out of use ends its suspension', () => {
  for (const to of ['active', 'deactivated', 'compromised', 'destroyed'] as const) {
    const stream = new Stream();
    stream.order('suspend');
    stream.add('key-state-changed', state(to, id()));
    assert.is(stream.order('resume'), 'key-not-suspended', to);
  }
});

test('a suspended key may be rotated or reported; a reported one is neither suspended nor resumed', () => {
  const stream = new Stream();
  stream.order('suspend');
  assert.is(stream.send(report()), 'key-compromise-reported');
  assert.is(stream.order('resume'), 'compromise-reported');
  assert.is(stream.order('suspend', { keyId: 'b' }), 'key-suspension-ordered');
  assert.is(stream.rotate({ fromKeyId: 'b' }), 'key-rotation-ordered');
  stream.send(report({ keyId: 'c' }));
  assert.is(stream.order('suspend', { keyId: 'c' }), 'compromise-reported');
  assert.is(stream.send(report({ keyId: 'c' })), 'compromise-reported');
});

test('nothing that has to be wrapped under a suspended tenant key is ordered, and the root and that key itself are still replaced', () => {
  const stream = new Stream();
  stream.order('suspend');
  assert.is(stream.rotate({ kind: 'reseal' }), 'tenant-key-suspended');
  assert.is(stream.rotate({ level: 'index' }), 'tenant-key-suspended');
  assert.is(stream.rotate({ level: 'root' }), 'key-rotation-ordered');
  assert.is(stream.rotate(), 'key-rotation-ordered');
  const other = new Stream();
  other.order('suspend', { level: 'index' });
  assert.is(other.rotate({ level: 'tenant-secret' }), 'key-rotation-ordered');
});

test('a key is not suspended while a rotation that it takes part in goes on', () => {
  const stream = new Stream();
  const [rotationId, one, other] = [id(), id(), id()];
  stream.rotate({ rotationId, level: 'patient', patientId: one });
  assert.is(stream.order('suspend'), 'rotation-under-way');
  assert.is(stream.order('suspend', { level: 'patient', patientId: one }), 'rotation-under-way');
  assert.is(stream.order('suspend', { level: 'patient', patientId: other, keyId: 'p' }), 'key-suspension-ordered');
  assert.is(stream.order('suspend', { level: 'index', keyId: 'i' }), 'key-suspension-ordered');
  stream.complete(rotationId);
  assert.is(stream.order('suspend'), 'key-suspension-ordered');
});

test('a scheduled rotation is prepared once and activated once, and is open until it is complete', () => {
  const stream = new Stream();
  const rotationId = id();
  assert.is(stream.rotate({ rotationId, activatesAt: AT }), 'key-rotation-ordered');
  const prepared = state('pre-active', rotationId, { keyId: 'b', generation: 2 });
  assert.is(stream.send({ name: 'prepare-rotation', state: prepared }), 'key-state-changed');
  assert.is(stream.send({ name: 'prepare-rotation', state: prepared }), 'repeats 1');
  assert.is(stream.send({ name: 'activate-rotation', rotationId }), 'key-rotation-ordered');
  assert.is(stream.state.rotations.get(rotationId)?.data.kind, 'activate');
  assert.is(stream.send({ name: 'activate-rotation', rotationId }), 'repeats 2');
  assert.is(stream.rotate(), 'rotation-under-way');
  assert.is(stream.complete(rotationId), 'key-rotation-completed');
  assert.is(stream.complete(rotationId), 'repeats 3');
  assert.is(stream.rotate({ fromKeyId: 'b' }), 'key-rotation-ordered');
});

test('one that waits for its time leaves the way free for a rotation at once, and not for a second one that waits', () => {
  const stream = new Stream();
  stream.rotate({ activatesAt: AT });
  assert.is(stream.rotate({ activatesAt: AT }), 'rotation-under-way');
  assert.is(stream.order('suspend'), 'key-suspension-ordered');
  assert.is(stream.rotate(), 'key-rotation-ordered');
  assert.is(stream.rotate(), 'rotation-under-way');
  const later = new Stream();
  later.rotate({ activatesAt: AT });
  assert.is(later.rotate({ activatesAt: AT, fromKeyId: 'b' }), 'key-rotation-ordered');
});

test('only what was ordered is activated', () => {
  assert.is(new Stream().send({ name: 'activate-rotation', rotationId: id() }), 'unknown-key');
});

test('changes and incident of a report are said once', () => {
  const stream = new Stream();
  const reportId = id();
  stream.send(report({ reportId }));
  const changes: KeysCommand = { name: 'change-states', reportId, states: [state('compromised', reportId)] };
  assert.is(stream.send(changes), 'key-state-changed');
  assert.is(stream.send(changes), 'repeats 1');
  const incident = { name: 'open-incident', data: { reportId } } as unknown as KeysCommand;
  assert.is(stream.send(incident), 'incident-opened');
  assert.is(stream.send(incident), 'repeats 2');
});

test('what becomes of orders that this stream does not hold changes nothing', () => {
  const stream = new Stream();
  const before = JSON.stringify([...stream.state.rotations, ...stream.state.reports]);
  stream.add('key-rotation-completed', { rotationId: id(), level: 'tenant', patientId: null, toKeyId: null, rewrapped: 0 });
  stream.add('incident-opened', { reportId: id() } as never);
  stream.add('key-state-changed', state('active', id()));
  assert.is(JSON.stringify([...stream.state.rotations, ...stream.state.reports]), before);
});

test('the end of a root key is said once', () => {
  const stream = new Stream();
  const gone: KeysCommand = { name: 'say-destroyed', state: state('destroyed', id(), { keyId: 'root-1', level: 'root', generation: null }) };
  assert.is(stream.send(gone), 'key-state-changed');
  assert.is(stream.send(gone), 'repeats 0');
});

test.run();
