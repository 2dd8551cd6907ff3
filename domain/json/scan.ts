import { doubleKeeps } from './json-value.js';
import type { JsonFault, JsonScan, ScanLimits, Span } from './scan-result.js';
import { decoded, endOfString, isBlank, isWellFormed, offsetOfLoneSurrogate } from './scan-text.js';

const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** Numbers of fewer characters need no closer look: they cannot have 16 digits, and without `e` no large exponent. */
const CERTAINLY_KEPT_LENGTH = 15;

const UNICODE_ESCAPE = '\\u';
const FORBIDDEN_MEMBER = '__proto__';

/** One pass over one text. The state lives in fields, so that each step stays a small function. */
class Scanner {
  readonly members = new Map<string, Span>();
  hasWideNumber = false;
  memberCount = 0;
  error: JsonFault | undefined;
  #depth = 0;
  #name: string | null = null;
  #nameEnd = 0;
  #valueStart = -1;
  #valueEnd = -1;

  constructor(
    readonly text: string,
    readonly maxDepth: number,
    /** Strings are decoded and looked into only if the text holds an escape or the name that is forbidden. */
    readonly careful: boolean,
  ) {}

  /** Scans from the brace at `start`; returns the offset behind the object, or -1 after an error. */
  run(start: number): number {
    const { text } = this;
    const { length } = text;
    let at = start;
    while (at < length) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        // Strings further down are the bulk of every text, and nothing has to be known of them but their end.
        const end = this.#depth > 1 && !this.careful ? endOfString(text, at) : this.#string(at);
        at = end < 0 && this.error === undefined ? this.#fail('malformed', at) : end;
      } else if (code === COLON) at = this.#colon(at);
      else if (code === COMMA) {
        if (this.#depth === 1 && !this.#closeMember(at)) return -1;
        at += 1;
      } else if (code === OPEN_BRACE || code === OPEN_BRACKET) at = this.#open(at);
      else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
        if (this.#depth === 1 && !this.#closeMember(at)) return -1;
        this.#depth -= 1;
        at += 1;
        this.#valueEnd = at;
        if (this.#depth === 0) return code === CLOSE_BRACE ? at : this.#fail('malformed', at);
      } else if (isBlank(code)) at += 1;
      else at = this.#scalar(at, code);
      if (at < 0) return -1;
    }
    return this.#fail('malformed', length);
  }

  #fail(code: JsonFault['code'], offset: number): -1 {
    this.error = { code, offset };
    return -1;
  }

  #open(at: number): number {
    this.#depth += 1;
    if (this.#depth > this.maxDepth) return this.#fail('too-deep', at);
    if (this.#depth === 2 && this.#valueStart < 0) this.#valueStart = at;
    return at + 1;
  }

  #string(at: number): number {
    const end = endOfString(this.text, at);
    if (end < 0) return this.#fail('malformed', at);
    if (this.careful) {
      const fault = this.#suspicion(at, end);
      if (fault !== null) return this.#fail(fault, at);
    }
    if (this.#depth === 1) {
      if (this.#nameEnd === 0) {
        this.#name = decoded(this.text, at, end);
        this.#nameEnd = end;
      } else if (this.#valueStart < 0) this.#valueStart = at;
    }
    this.#valueEnd = end;
    return end;
  }

  #suspicion(start: number, end: number): 'forbidden-character' | 'forbidden-member' | 'malformed' | null {
    const value = decoded(this.text, start, end);
    if (value === null) return 'malformed';
    if (value.includes('\u0000') || !isWellFormed(value)) return 'forbidden-character';
    if (value !== FORBIDDEN_MEMBER) return null;
    let next = end;
    while (isBlank(this.text.charCodeAt(next))) next += 1;
    return this.text.charCodeAt(next) === COLON ? 'forbidden-member' : null;
  }

  #colon(at: number): number {
    this.memberCount += 1;
    if (this.#depth !== 1) return at + 1;
    if (this.#name === null || this.#valueStart >= 0) return this.#fail('malformed', at);
    return this.members.has(this.#name) ? this.#fail('duplicate-member', at) : at + 1;
  }

  #closeMember(at: number): boolean {
    if (this.#nameEnd === 0 && this.#valueStart < 0 && this.text.charCodeAt(at) === CLOSE_BRACE) return true;
    if (this.#name === null || this.#valueStart < 0) {
      this.#fail('malformed', at);
      return false;
    }
    this.members.set(this.#name, { start: this.#valueStart, end: this.#valueEnd });
    this.#name = null;
    this.#nameEnd = 0;
    this.#valueStart = -1;
    return true;
  }

  /** A number or a keyword: everything up to the next blank or punctuation. */
  #scalar(start: number, first: number): number {
    const { text } = this;
    let at = start + 1;
    let hasExponent = false;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || isBlank(code)) break;
      if (Number.isNaN(code) || code === QUOTE || code === COLON || code === OPEN_BRACE || code === OPEN_BRACKET) {
        return this.#fail('malformed', at);
      }
      if ((code | 32) === 101) hasExponent = true;
      at += 1;
    }
    const isNumber = first === MINUS || (first >= ZERO && first <= NINE);
    if (isNumber && (hasExponent || at - start > CERTAINLY_KEPT_LENGTH) && !doubleKeeps(text.slice(start, at))) {
      this.hasWideNumber = true;
    }
    if (this.#depth === 1) {
      if (this.#nameEnd === 0 || this.#valueStart >= 0) return this.#fail('malformed', start);
      this.#valueStart = start;
    }
    this.#valueEnd = at;
    return at;
  }
}

const refused = (code: JsonFault['code'], offset: number): JsonScan => ({
  members: new Map(),
  hasWideNumber: false,
  memberCount: 0,
  error: { code, offset },
});

/**
 * Finds where the top-level members of a JSON object stand, in one pass, and refuses what no store should hold:
 * nesting beyond `maxDepth`, a top-level name said twice, a member `__proto__` anywhere, NUL and lone surrogates
 * (both raw and escaped) in any string. It checks no grammar: `JSON.parse` has to accept the text as well. Never throws.
 */
export function scanMembers(text: string, limits: ScanLimits): JsonScan {
  let start = 0;
  while (isBlank(text.charCodeAt(start))) start += 1;
  if (text.charCodeAt(start) !== OPEN_BRACE) return refused('not-an-object', start);
  const nul = text.indexOf('\u0000');
  if (nul >= 0) return refused('forbidden-character', nul);
  if (!isWellFormed(text)) return refused('forbidden-character', offsetOfLoneSurrogate(text));
  const careful = text.includes(UNICODE_ESCAPE) || text.includes(FORBIDDEN_MEMBER);
  const scanner = new Scanner(text, limits.maxDepth, careful);
  let end = scanner.run(start);
  if (scanner.error !== undefined) return refused(scanner.error.code, scanner.error.offset);
  while (isBlank(text.charCodeAt(end))) end += 1;
  if (end < text.length) return refused('malformed', end);
  return { members: scanner.members, hasWideNumber: scanner.hasWideNumber, memberCount: scanner.memberCount };
}
