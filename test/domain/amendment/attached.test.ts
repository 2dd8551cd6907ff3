import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { attachedTo } from '../../../domain/amendment/attached.js';
import type { AmendmentRow, AmendmentStep } from '../../../schemas/read-models/amendment.js';
import type { Assertion, Fact } from '../../../schemas/read-models/fact.js';
import { uuid } from '../given.js';

const test = suite('what travels with a fact');

const AT = '2026-03-01T00:00:00.000Z';
const LATER = '2026-04-01T00:00:00.000Z';
const NOW = '2026-05-01T00:00:00.000Z';
const step = (words: string, at = AT): AmendmentStep => ({ eventId: uuid(words), subject: 'officer-1', at, text: null });
const row = (more: Partial<AmendmentRow> = {}): AmendmentRow => ({
  amendmentId: uuid('amendment'),
  patientId: uuid('ada'),
  factId: uuid('fact'),
  category: 'allergies',
  element: null,
  assertions: [uuid('a1'), uuid('a2')],
  receivedAt: AT,
  timeZone: 'UTC',
  dueBy: NOW,
  request: step('request'),
  extension: null,
  acceptance: null,
  denial: null,
  includeRequest: null,
  statement: null,
  rebuttal: null,
  corrections: [],
  ...more,
});
const fact = (assertions: readonly string[], element: string | null = null): Pick<Fact, 'element' | 'assertions'> => ({
  element,
  assertions: assertions.map((name) => ({ assertionId: uuid(name) }) as Assertion),
});
const denial = { ...step('denial'), basis: 'accurate-and-complete' as const };
const asked = { eventId: uuid('asked'), at: AT };
const documents = (one: AmendmentRow, now = NOW, on = fact(['a1'])) => attachedTo(on, [one], now).map(({ material }) => material.map(({ name }) => name));

test('a denial travels with its statement and rebuttal', () => {
  assert.equal(documents(row({ denial, statement: step('statement') })), [['request', 'denial', 'statement']]);
  assert.equal(documents(row({ denial, statement: step('statement'), rebuttal: step('rebuttal') })), [['request', 'denial', 'statement', 'rebuttal']]);
});

test('without a statement it travels only if the individual asked', () => {
  assert.equal(documents(row({ denial })), []);
  assert.equal(documents(row({ denial, includeRequest: asked })), [['request', 'denial']]);
});

test('an acceptance travels as a link to what was amended; what is not answered does not travel', () => {
  const acceptance = { ...step('acceptance'), extent: 'full' as const };
  const correction = { eventId: uuid('correction'), assertionId: uuid('a1'), source: 'lis', approval: null, at: LATER };
  const [note] = attachedTo(fact(['a1']), [row({ acceptance, corrections: [correction] })], NOW);
  assert.equal(note?.accepted, { at: AT, extent: 'full', corrections: [uuid('correction')] });
  assert.equal(note?.material, []);
  assert.equal(documents(row()), []);
});

test('of a partial acceptance both travel: the link, and the denial of the rest', () => {
  const acceptance = { ...step('acceptance'), extent: 'partial' as const };
  const [note] = attachedTo(fact(['a1']), [row({ acceptance, denial, statement: step('statement') })], NOW);
  assert.is(note?.accepted?.extent, 'partial');
  assert.is(note?.denied?.basis, 'accurate-and-complete');
});

test('a record as of the past carries what was there then', () => {
  const one = row({ denial, statement: step('statement', LATER) });
  assert.equal(documents(one, '2026-03-15T00:00:00.000Z'), []);
  assert.equal(documents(one, LATER), [['request', 'denial', 'statement']]);
});

test('it is bound to the disputed element and does not spread to others of the same record', () => {
  const one = row({ element: 'birthDate', denial, includeRequest: asked });
  assert.is(documents(one, NOW, fact(['a1'], 'birthDate')).length, 1);
  assert.is(documents(one, NOW, fact(['a1'], 'name')).length, 0);
});

test('however the disputed assertions are joined with others or taken apart, each fact that has one of them carries it', () => {
  const names = ['a1', 'a2', 'b1', 'b2', 'c1'];
  const one = row({ denial, statement: step('statement') });
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: names.length, maxLength: names.length }), (groupOf) => {
      const facts = [0, 1, 2, 3, 4].map((group) => names.filter((_, index) => groupOf[index] === group)).filter((members) => members.length > 0);
      for (const members of facts) {
        const disputed = members.includes('a1') || members.includes('a2');
        assert.is(attachedTo(fact(members), [one], NOW).length, disputed ? 1 : 0, members.join());
      }
    }),
  );
});

test.run();
