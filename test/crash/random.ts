/** Seeded randomness (mulberry32): the same seed sends the same commands and kills at the same moments, as far as timing lets it. */
export class Random {
  constructor(private state: number) {}

  /** From 0 to below 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(among: readonly T[]): T {
    return among[Math.floor(this.next() * among.length)] as T;
  }

  /** Some of them, in no order. */
  sample<T>(among: readonly T[], most: number): T[] {
    const left = [...among];
    const taken: T[] = [];
    while (left.length > 0 && taken.length < most) taken.push(...left.splice(Math.floor(this.next() * left.length), 1));
    return taken;
  }

  /** A generator of its own for each actor, so that one's pace does not change what another does. */
  fork(): Random {
    return new Random(Math.floor(this.next() * 2 ** 32));
  }
}
