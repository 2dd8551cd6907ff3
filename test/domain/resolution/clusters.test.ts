import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Clusters, COMPONENT_AT_MOST } from '../../../domain/resolution/clusters.js';
import { groupIntoFacts } from '../../../domain/resolution/grouping.js';
import { assertionOf, OWNER } from './facts.js';

const clusters = suite('clusters');

clusters('what is joined in a row is one cluster, its members in order', () => {
  const three = new Clusters(4);
  assert.ok(three.join(2, 1));
  assert.ok(three.join(0, 2));
  assert.equal(three.all(), [[0, 1, 2], [3]]);
  assert.not.ok(three.anyCut);
});

clusters('two that must stay apart keep all others of their clusters apart as well, and both sides know', () => {
  const kept = new Clusters(4, (left, right) => left + right === 3 && Math.abs(left - right) === 3);
  assert.ok(kept.join(0, 1));
  assert.ok(kept.join(2, 3));
  assert.not.ok(kept.join(1, 2));
  assert.equal(kept.all(), [
    [0, 1],
    [2, 3],
  ]);
  assert.equal(
    [0, 1, 2, 3].map((one) => kept.isCut(one)),
    [false, true, true, false],
  );
});

clusters('no cluster grows beyond its limit', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(19), fc.nat(19)), { maxLength: 60 }), (joins) => {
      const small = new Clusters(20, null, 4);
      for (const [left, right] of joins) small.join(left, right);
      for (const members of small.all()) assert.ok(members.length <= 4);
      assert.equal(
        small
          .all()
          .flat()
          .sort((a, b) => a - b),
        Array.from({ length: 20 }, (_, n) => n),
      );
    }),
  );
});

clusters.run();

const cuts = suite('facts that were cut');
const owners = (facts: ReturnType<typeof groupIntoFacts>) => facts.map(({ assertions }) => assertions.length);

cuts('one careless coding does not glue a whole record together, and what was cut does not depend on the order', () => {
  const many = Array.from({ length: COMPONENT_AT_MOST + 20 }, (_, n) => assertionOf(`source${String(n).padStart(4, '0')}`, '1', [{ about: ['everything'] }]));
  const facts = groupIntoFacts(OWNER, many);
  assert.is(facts[0]?.assertions.length, COMPONENT_AT_MOST);
  assert.ok(facts.every(({ cut }) => cut));
  assert.equal(groupIntoFacts(OWNER, many.toReversed()), facts);
  assert.equal(groupIntoFacts(OWNER, [...many.slice(300), ...many.slice(0, 300)]), facts);
});

cuts('a long list of one code of one source stays a fact each, and another source glues no more of it than a component may have', () => {
  const list = Array.from({ length: 5000 }, (_, n) => assertionOf('device', `${n}`, [{ about: ['pulse'] }]));
  assert.is(groupIntoFacts(OWNER, list).length, 5000);
  const glued = groupIntoFacts(OWNER, [...list, assertionOf('ehr', '1', [{ about: ['pulse'] }])]);
  assert.is(
    owners(glued).reduce((sum, count) => sum + count),
    5001,
  );
  assert.is(Math.max(...owners(glued)), COMPONENT_AT_MOST);
});

cuts.run();
