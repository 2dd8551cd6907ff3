/** A command's place among those about the same thing: after whom it may be decided, and how it makes way for the next. */
export interface Turn {
  /** Resolves when the one before has been put in line; undefined when nobody is before. */
  readonly before: Promise<void> | undefined;
  /** Makes way. Calling it again changes nothing. */
  readonly done: () => void;
}

/**
 * Keeps commands about one patient in the order in which they came in, although what has to be looked up before a decision
 * takes one of them longer than the next. A source that sends a record and then its correction, in one stream of lines,
 * must not be told that there is nothing to correct. Only the way to the decision is ordered: nobody waits for an answer.
 */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  take(name: string): Turn {
    const before = this.#last.get(name);
    let open: (() => void) | undefined;
    const own = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.#last.set(name, own);
    const makeWay = () => {
      open?.();
      if (this.#last.get(name) === own) this.#last.delete(name);
    };
    // Whoever gives up makes way for the next, and not for the next before those who came earlier.
    return { before, done: () => (before === undefined ? makeWay() : void before.then(makeWay)) };
  }
}
