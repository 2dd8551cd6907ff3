import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { between, GROUP_AT_MOST, groupOf } from '../../../domain/patients/identities.js';
import { id, identities, links, merges, stateOf, unlinks, unmerges } from './merging.js';

const sorted = (...letters: readonly string[]) => letters.map(id).sort();

const merging = suite('merging patients');

merging('a merge is an edge, and its event carries the group that results', () => {
  identities()
    .when(merges('a', 'b'))
    .thenEvents({
      type: 'patients-merged',
      data: { absorbed: id('a'), survivor: id('b'), group: { root: id('b'), members: sorted('a', 'b') }, approval: null },
      source: null,
      content: null,
    });
});

merging('of a chain the root is the one that no live edge leaves', () => {
  identities(merges('a', 'b'))
    .when(merges('b', 'c'))
    .thenEvents({ type: 'patients-merged', data: { group: { root: id('c'), members: sorted('a', 'b', 'c') } } });
  identities(merges('b', 'c'))
    .when(merges('a', 'b'))
    .thenEvents({ type: 'patients-merged', data: { group: { root: id('c'), members: sorted('a', 'b', 'c') } } });
});

merging('nobody is merged into themselves', () => {
  identities().when(merges('a', 'a')).thenRefused('same-patient');
});

merging('nobody is merged into somebody whom they absorbed, near or far', () => {
  identities(merges('a', 'b')).when(merges('b', 'a')).thenRefused('merge-cycle');
  identities(merges('a', 'b'), merges('b', 'c')).when(merges('c', 'a')).thenRefused('merge-cycle');
  identities(merges('a', 'b'), merges('b', 'c'), merges('d', 'a')).when(merges('b', 'd')).thenRefused('merge-cycle');
});

merging('a patient is merged into one other at a time', () => {
  identities(merges('a', 'b')).when(merges('a', 'c')).thenRefused('already-merged');
  identities(merges('a', 'c'), merges('b', 'c')).when(merges('a', 'b')).thenRefused('already-merged');
});

merging('sent again, it is the first merge', () => {
  const story = identities(merges('a', 'b'));
  story.when(merges('a', 'b')).thenRepeats(story.last());
});

merging('a group does not grow without end', () => {
  const many = Array.from({ length: GROUP_AT_MOST - 1 }, (_, n) => merges(`p${n}`, 'b'));
  const story = identities(...many);
  story.when(merges('one more', 'b')).thenRefused('group-too-large');
  identities(...many.slice(1))
    .when(merges('one more', 'b'))
    .thenEvents({ type: 'patients-merged' });
});

merging.run();

const unmerging = suite('unmerging patients');

unmerging('each side comes away with those who were merged into it', () => {
  identities(merges('a', 'b'), merges('b', 'c'), merges('d', 'c'))
    .when(unmerges('b', 'c'))
    .thenEvents({
      type: 'patients-unmerged',
      data: {
        absorbed: id('b'),
        survivor: id('c'),
        kept: { root: id('c'), members: sorted('c', 'd') },
        released: { root: id('b'), members: sorted('a', 'b') },
      },
    });
});

unmerging('what was kept has the root of its own chain', () => {
  identities(merges('a', 'b'), merges('b', 'c'))
    .when(unmerges('a', 'b'))
    .thenEvents({ type: 'patients-unmerged', data: { kept: { root: id('c'), members: sorted('b', 'c') }, released: { root: id('a'), members: [id('a')] } } });
});

unmerging('what was never merged, or otherwise, cannot be unmerged', () => {
  identities().when(unmerges('a', 'b')).thenRefused('not-merged');
  identities(merges('a', 'b')).when(unmerges('b', 'a')).thenRefused('not-merged');
  identities(merges('a', 'b'), merges('b', 'c')).when(unmerges('a', 'c')).thenRefused('not-merged');
});

unmerging('sent again, it is the first one, until they are merged anew', () => {
  const story = identities(merges('a', 'b'), unmerges('a', 'b'));
  story.when(unmerges('a', 'b')).thenRepeats(story.last());
  identities(merges('a', 'b'), unmerges('a', 'b'), merges('a', 'b')).when(unmerges('a', 'b')).thenEvents({ type: 'patients-unmerged' });
  identities(merges('a', 'b'), unmerges('a', 'b'), merges('a', 'c')).when(unmerges('a', 'b')).thenRefused('not-merged');
  identities(merges('b', 'a'), unmerges('b', 'a')).when(unmerges('a', 'b')).thenRefused('not-merged');
});

unmerging('afterwards a merge the other way makes no circle', () => {
  identities(merges('a', 'b'), unmerges('a', 'b')).when(merges('b', 'a')).thenEvents({ type: 'patients-merged' });
});

unmerging('the ended merge is remembered under both patients', () => {
  const { past } = stateOf(identities(merges('a', 'b'), unmerges('a', 'b')));
  for (const letter of ['a', 'b'])
    assert.equal(
      past.get(id(letter))?.map(({ released }) => released.root),
      [id('a')],
    );
});

unmerging.run();

const linking = suite('linking patients');

linking('a link has no direction, and twice is once', () => {
  const story = identities(links('a', 'b'));
  assert.equal(story.last().data, { patientIds: sorted('a', 'b'), reason: 'same person, says the registry' });
  story.when(links('b', 'a')).thenRepeats(story.last());
});

linking('linked patients are not one: each is a group of its own', () => {
  assert.equal(groupOf(stateOf(identities(links('a', 'b'))), id('a')), { root: id('a'), members: [id('a')] });
});

linking('nobody is linked to themselves, or to somebody they were merged with', () => {
  identities().when(links('a', 'a')).thenRefused('same-patient');
  identities(merges('a', 'c'), merges('b', 'c')).when(links('a', 'b')).thenRefused('already-merged');
});

linking('a link ends, and what was never linked does not', () => {
  identities(links('a', 'b'))
    .when(unlinks('b', 'a'))
    .thenEvents({ type: 'patients-unlinked', data: { patientIds: sorted('a', 'b') } });
  identities().when(unlinks('a', 'b')).thenRefused('not-linked');
  identities(links('a', 'b'), unlinks('a', 'b')).when(unlinks('a', 'b')).thenRefused('not-linked');
});

linking('two patients are found to be different people without having been linked, once', () => {
  const story = identities(unlinks('a', 'b', 'different-people'));
  assert.ok(between(stateOf(story).different, id('b'), id('a')));
  story.when(unlinks('b', 'a', 'different-people')).thenRepeats(story.last());
  identities(merges('a', 'b'))
    .when(unlinks('a', 'b', 'different-people'))
    .thenRefused('already-merged');
});

linking('a later link or merge takes the place of that verdict', () => {
  for (const later of [links('a', 'b'), merges('a', 'b')]) {
    assert.is(between(stateOf(identities(unlinks('a', 'b', 'different-people'), later)).different, id('a'), id('b')), undefined);
  }
});

linking('a link outlasts a merge that was wrong', () => {
  const state = stateOf(identities(links('a', 'b'), merges('a', 'b'), unmerges('a', 'b')));
  assert.ok(between(state.links, id('a'), id('b')));
});

linking.run();
