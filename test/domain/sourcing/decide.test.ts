import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type SourceCommand, sourceDecider, sourceStanding } from '../../../domain/sourcing/decide.js';
import { given, Story } from '../given.js';

const test = suite('source systems');

const data = { sourceId: 'lis', displayName: 'Laboratory', kind: 'lis', organization: null } as const;
const registers: SourceCommand = { name: 'register-source', data };
const suspends: SourceCommand = { name: 'suspend-source', sourceId: 'lis', reason: 'floods us' };
const reinstates: SourceCommand = { name: 'reinstate-source', sourceId: 'lis', reason: 'repaired' };
const source = (...commands: SourceCommand[]) => new Story(sourceDecider, 'acme.source-lis').tell(...commands);
const standing = (story: ReturnType<typeof source>) =>
  sourceStanding(story.events.reduce((state, event, revision) => sourceDecider.evolve(state, event, revision), sourceDecider.initial()));

test('a source is unknown until it is registered', () => {
  given(sourceDecider).when(suspends).thenRefused('unknown-source');
  given(sourceDecider).when(reinstates).thenRefused('unknown-source');
  given(sourceDecider).when(registers).thenEvents({ type: 'source-registered', data, content: null });
  assert.is(standing(source()), 'unknown-source');
  assert.is(standing(source(registers)), 'active');
});

test('registered again it is a repeat, with other details it is refused', () => {
  const story = source(registers);
  story.when(registers).thenRepeats(story.last());
  for (const other of [{ displayName: 'Other' }, { kind: 'ehr' as const }, { organization: 'north' }]) {
    story.when({ name: 'register-source', data: { ...data, ...other } }).thenRefused('source-exists');
  }
});

test('a suspended source may not write until it is reinstated', () => {
  assert.is(standing(source(registers, suspends)), 'source-suspended');
  assert.is(standing(source(registers, suspends, reinstates)), 'active');
  source(registers)
    .when(suspends)
    .thenEvents({ type: 'source-suspended', data: { sourceId: 'lis', reason: 'floods us' } });
  source(registers, suspends)
    .when(reinstates)
    .thenEvents({ type: 'source-reinstated', data: { sourceId: 'lis', reason: 'repaired' } });
});

test('suspending twice is once, and what is not suspended cannot be reinstated', () => {
  const story = source(registers, suspends);
  story.when(suspends).thenRepeats(story.last());
  source(registers).when(reinstates).thenRefused('source-not-suspended');
  source(registers, suspends, reinstates).when(reinstates).thenRefused('source-not-suspended');
});

test('registering a suspended source again does not let it write', () => {
  const story = source(registers, suspends);
  story.when(registers).thenRepeats(story.events[0] as never);
  assert.is(standing(source(registers, suspends, registers)), 'source-suspended');
});

test.run();
