import { randomBytes, randomInt } from 'node:crypto';

/** Makes texts that stand nowhere else in the world, and remembers them. */
export class Canaries {
  readonly all = new Set<string>();
  readonly #run = randomBytes(6).toString('hex');

  next(name: string): string {
    return this.note(`Qz${name.replace(/[^A-Za-z]/g, '').slice(0, 24)}${this.#run}x${this.all.size}`);
  }

  /** A value that must have a form of its own. */
  note(value: string): string {
    this.all.add(value);
    return value;
  }

  /** A number whose digits are a marker; JSON writes it as it is here. */
  decimal(): number {
    const digits = `${randomInt(1000, 9999)}.${randomInt(100_000, 999_999)}${randomInt(1, 9)}`;
    this.note(digits);
    return Number(digits);
  }

  integer(): number {
    return Number(this.note(String(randomInt(1_100_000_000, 2_100_000_000))));
  }

  /** Whether a text holds any marker as it was written. */
  isIn(text: string): boolean {
    return text.includes(this.#run);
  }

  /** All markers whose names begin so. */
  named(start: string): string[] {
    return [...this.all].filter((text) => text.startsWith(`Qz${start}`));
  }

  /** The first marker that was made under this name. */
  first(name: string): string {
    const found = [...this.all].find((text) => text.startsWith(`Qz${name}${this.#run}`));
    if (found === undefined) throw new Error(`no marker is called ${name}`);
    return found;
  }
}
