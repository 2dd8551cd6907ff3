import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Turns } from '../../commands/turns.js';

const test = suite('turns');

/** Things to be done by name, each after so many turns of the event loop; answers the order in which they were put in line. */
async function inLine(things: readonly { readonly name: string; readonly turns: number; readonly fails: boolean }[]): Promise<string[]> {
  const turns = new Turns();
  const line: string[] = [];
  await Promise.all(
    things.map(async ({ name, turns: needed, fails }, nth) => {
      const turn = turns.take(name);
      try {
        for (let n = 0; n < needed; n++) await new Promise(setImmediate);
        if (fails) return;
        if (turn.before !== undefined) await turn.before;
        line.push(`${name} ${nth}`);
      } finally {
        turn.done();
      }
    }),
  );
  return line;
}

test('those of one name are put in line as they came, however long each takes and whichever gives up', async () => {
  const thing = fc.record({ name: fc.constantFrom('a', 'b'), turns: fc.nat(5), fails: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(thing, { maxLength: 12 }), async (things) => {
      const line = await inLine(things);
      for (const name of ['a', 'b']) {
        const expected = things.flatMap((one, nth) => (one.name === name && !one.fails ? [`${name} ${nth}`] : []));
        assert.equal(
          line.filter((one) => one.startsWith(name)),
          expected,
        );
      }
    }),
    { numRuns: 200 },
  );
});

test('nobody waits for another name, and one that has made way is forgotten', async () => {
  const turns = new Turns();
  const first = turns.take('a');
  assert.is(turns.take('b').before, undefined);
  first.done();
  first.done();
  assert.is(turns.take('a').before, undefined);
});

test.run();
