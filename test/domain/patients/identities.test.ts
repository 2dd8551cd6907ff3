import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { groupOf, type IdentitiesState, rootOf } from '../../../domain/patients/identities.js';
import { id, identities, merges, stateOf, unmerges } from './merging.js';

const test = suite('identities');
const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f'];

const anyCommands = fc
  .array(fc.tuple(fc.constantFrom(merges, unmerges), fc.constantFrom(...LETTERS), fc.constantFrom(...LETTERS)), { maxLength: 40 })
  .map((steps) => steps.map(([what, absorbed, survivor]) => what(absorbed, survivor)));

/** The groups as one text. */
function partition(state: IdentitiesState): string {
  return [...new Set(LETTERS.map((letter) => JSON.stringify(groupOf(state, id(letter)))))].sort().join('\n');
}

test('whatever is asked, every patient is in one group, and its root is merged into nobody', () => {
  fc.assert(
    fc.property(anyCommands, (commands) => {
      const state = stateOf(identities(...commands));
      for (const letter of LETTERS) {
        const group = groupOf(state, id(letter));
        assert.ok(group.members.includes(id(letter)) && group.members.includes(group.root));
        assert.not.ok(state.merges.has(group.root));
        for (const member of group.members) assert.equal(groupOf(state, member), group);
      }
      const all = LETTERS.map((letter) => groupOf(state, id(letter)));
      const distinct = new Map(all.map((group) => [group.root, group.members]));
      assert.is([...distinct.values()].flat().length, LETTERS.length);
    }),
    { numRuns: 300 },
  );
});

test('each event says which groups there are after it', () => {
  fc.assert(
    fc.property(anyCommands, (commands) => {
      const story = identities();
      for (const command of commands) {
        const before = story.events.length;
        story.tell(command);
        if (story.events.length === before) continue;
        const { data } = story.last();
        const stated = 'group' in data ? [data.group] : 'kept' in data ? [data.kept, data.released] : [];
        const state = stateOf(story);
        assert.ok(stated.length > 0);
        for (const group of stated) assert.equal(groupOf(state, group.root), group);
      }
    }),
    { numRuns: 200 },
  );
});

test('an unmerge gives back the groups that there were before the merge', () => {
  fc.assert(
    fc.property(anyCommands, fc.constantFrom(...LETTERS), fc.constantFrom(...LETTERS), (commands, absorbed, survivor) => {
      const story = identities(...commands);
      const before = { groups: partition(stateOf(story)), events: story.events.length };
      story.tell(merges(absorbed, survivor));
      if (story.events.length === before.events) return;
      story.tell(unmerges(absorbed, survivor));
      assert.is(partition(stateOf(story)), before.groups);
    }),
    { numRuns: 300 },
  );
});

test('the order of the merges changes nothing of who is one person with whom', () => {
  const edges = [merges('a', 'b'), merges('c', 'd'), merges('b', 'd'), merges('e', 'c')];
  const expected = partition(stateOf(identities(...edges)));
  fc.assert(
    fc.property(fc.shuffledSubarray(edges, { minLength: edges.length }), (shuffled) => {
      assert.is(partition(stateOf(identities(...shuffled))), expected);
    }),
  );
});

test('a patient of whom nobody said anything is themselves', () => {
  assert.is(rootOf(stateOf(identities()), id('z')), id('z'));
});

test.run();
