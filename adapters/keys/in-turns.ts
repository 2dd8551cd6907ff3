import { setTimeout } from 'node:timers/promises';

/** Some turns of the loop, in which others get on with what they have begun. */
const REST_MS = 1;

/**
 * Long work with keys beside commands: some of it at a time, and a rest after each. With little at a time commands have at least
 * every other moment, and their answers come no more than twice as late.
 */
export async function inTurns<T, R>(all: readonly T[], atOnce: number, work: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let from = 0; from < all.length; from += atOnce) {
    done.push(...(await Promise.all(all.slice(from, from + atOnce).map(work))));
    await setTimeout(REST_MS);
  }
  return done;
}
