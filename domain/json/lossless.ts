import { doubleKeeps, type JsonValue, WideNumber } from './json-value.js';
import { isBlank } from './scan-text.js';

export { doubleKeeps, isJsonArray, isJsonObject, type JsonObject, type JsonValue, memberCountOf, WideNumber } from './json-value.js';
export { scanMembers } from './scan.js';
export type { JsonFault, JsonScan, ScanLimits, Span } from './scan-result.js';

const MAX_DEPTH = 512;
const LEXEME = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const KEYWORDS = new Map<string, JsonValue>([
  ['t', true],
  ['f', false],
  ['n', null],
]);

/** Recursive descent over text that `JSON.parse` accepts; its only state is how far it has read. */
class Reader {
  #at = 0;

  constructor(
    readonly text: string,
    readonly keep: 'value' | 'lexeme',
  ) {}

  document(): JsonValue {
    const value = this.#value(0);
    this.#skipBlanks();
    if (this.#at !== this.text.length) this.#fail();
    return value;
  }

  #fail(): never {
    throw new SyntaxError(`not the JSON that was announced, at offset ${this.#at}`);
  }

  #skipBlanks(): void {
    while (isBlank(this.text.charCodeAt(this.#at))) this.#at += 1;
  }

  #take(character: string): boolean {
    this.#skipBlanks();
    if (this.text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#take(character)) this.#fail();
  }

  #value(depth: number): JsonValue {
    if (depth > MAX_DEPTH) this.#fail();
    this.#skipBlanks();
    const first = this.text[this.#at] ?? '';
    if (first === '{') return this.#object(depth);
    if (first === '[') return this.#array(depth);
    if (first === '"') return this.#string();
    const keyword = KEYWORDS.get(first);
    if (keyword === undefined) return this.#number();
    if (!this.text.startsWith(String(keyword), this.#at)) this.#fail();
    this.#at += String(keyword).length;
    return keyword;
  }

  #object(depth: number): JsonValue {
    const members: Record<string, JsonValue> = {};
    this.#expect('{');
    if (this.#take('}')) return members;
    do {
      this.#skipBlanks();
      const name = this.#string();
      if (name === '__proto__') this.#fail();
      this.#expect(':');
      members[name] = this.#value(depth + 1);
    } while (this.#take(','));
    this.#expect('}');
    return members;
  }

  #array(depth: number): JsonValue {
    const items: JsonValue[] = [];
    this.#expect('[');
    if (this.#take(']')) return items;
    do items.push(this.#value(depth + 1));
    while (this.#take(','));
    this.#expect(']');
    return items;
  }

  #string(): string {
    const { text } = this;
    const start = this.#at;
    if (text[start] !== '"') this.#fail();
    let escaped = false;
    for (let at = start + 1; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === 92) {
        escaped = true;
        at += 1;
      } else if (code === 34) {
        this.#at = at + 1;
        return escaped ? this.#unescaped(start) : text.slice(start + 1, at);
      }
    }
    return this.#fail();
  }

  #unescaped(start: number): string {
    try {
      return JSON.parse(this.text.slice(start, this.#at)) as string;
    } catch {
      // The engine's own message quotes the text, and the text may be PHI.
      return this.#fail();
    }
  }

  #number(): JsonValue {
    LEXEME.lastIndex = this.#at;
    const lexeme = LEXEME.exec(this.text)?.[0];
    if (lexeme === undefined) return this.#fail();
    this.#at += lexeme.length;
    const plain = this.keep === 'value' ? doubleKeeps(lexeme) : String(Number(lexeme)) === lexeme;
    return plain ? Number(lexeme) : new WideNumber(lexeme);
  }
}

/**
 * Parses JSON and keeps every number as it was written: a `number` where a double keeps it, else a `WideNumber`.
 * It is the slow path, for text of which `scanMembers` said `hasWideNumber`; `JSON.parse` must have accepted it.
 * Where numbers are to be written again as they came (`7.0`), ask for the `lexeme`.
 *
 * @throws SyntaxError if the text is not JSON, nests deeper than 512 or names `__proto__`; the message has an offset, never content.
 */
export function parseLossless(text: string, keep: 'value' | 'lexeme' = 'value'): JsonValue {
  return new Reader(text, keep).document();
}
