/** Statements beyond these are one fact no more: one careless coding must not glue a whole record together. */
export const COMPONENT_AT_MOST = 500;

/**
 * Union-find over statements by number, with unions that can be refused: past the size limit, and where a pair in two
 * clusters must be kept apart. Whoever asks in a fixed order gets one answer for a set of statements.
 */
export class Clusters {
  readonly #parent: number[];
  readonly #members: number[][];
  readonly #cut = new Set<number>();

  constructor(
    size: number,
    private readonly apart: ((left: number, right: number) => boolean) | null = null,
    private readonly atMost: number = COMPONENT_AT_MOST,
  ) {
    this.#parent = Array.from({ length: size }, (_, index) => index);
    this.#members = Array.from({ length: size }, (_, index) => [index]);
  }

  find(index: number): number {
    let root = index;
    while (this.#parent[root] !== root) root = this.#parent[root] as number;
    this.#parent[index] = root;
    return root;
  }

  /** True when they are together afterwards. A refusal is remembered of both. */
  join(left: number, right: number): boolean {
    const [a, b] = [this.find(left), this.find(right)];
    if (a === b) return true;
    const [first, second] = [this.#members[a] as number[], this.#members[b] as number[]];
    if (first.length + second.length > this.atMost || this.#mustStayApart(first, second)) {
      this.#cut.add(left).add(right);
      return false;
    }
    const [root, gone] = a < b ? [a, b] : [b, a];
    this.#parent[gone] = root;
    this.#members[root] = [...(this.#members[root] as number[]), ...(this.#members[gone] as number[])];
    this.#members[gone] = [];
    return true;
  }

  #mustStayApart(first: readonly number[], second: readonly number[]): boolean {
    const { apart } = this;
    return apart !== null && first.some((one) => second.some((other) => apart(one, other)));
  }

  isCut(index: number): boolean {
    return this.#cut.has(index);
  }

  get anyCut(): boolean {
    return this.#cut.size > 0;
  }

  /** Clusters with their members in ascending order, in order of their first member. */
  all(): number[][] {
    return this.#members.filter((members) => members.length > 0).map((members) => [...members].sort((left, right) => left - right));
  }
}
