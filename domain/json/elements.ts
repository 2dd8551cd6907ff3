import type { Span } from './scan-result.js';
import { endOfString, isBlank } from './scan-text.js';

const QUOTE = 34;
const COMMA = 44;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/**
 * Where the elements of a JSON array stand, exactly as they were written; `null` if the text between `start` and `end` is no
 * array. Like `scanMembers` it checks no grammar within an element: `JSON.parse` has to accept each of them as well.
 */
export function scanElements(text: string, start = 0, end = text.length): Span[] | null {
  const open = skipBlanks(text, start, end);
  if (text.charCodeAt(open) !== OPEN_BRACKET) return null;
  const elements: Span[] = [];
  let at = skipBlanks(text, open + 1, end);
  if (text.charCodeAt(at) === CLOSE_BRACKET) return skipBlanks(text, at + 1, end) === end ? elements : null;
  while (at < end) {
    const stop = endOfElement(text, at, end);
    if (stop < 0 || stop === at) return null;
    elements.push({ start: at, end: lastLetter(text, at, stop) });
    if (text.charCodeAt(stop) === CLOSE_BRACKET) return skipBlanks(text, stop + 1, end) === end ? elements : null;
    at = skipBlanks(text, stop + 1, end);
  }
  return null;
}

/** The offset of the comma or bracket that ends the element, or -1. */
function endOfElement(text: string, start: number, end: number): number {
  let depth = 0;
  for (let at = start; at < end; ) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      if (at < 0) return -1;
      continue;
    }
    if (depth === 0 && (code === COMMA || code === CLOSE_BRACKET)) return at;
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
    if (depth < 0) return -1;
    at += 1;
  }
  return -1;
}

function skipBlanks(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(text.charCodeAt(at))) at += 1;
  return at;
}

function lastLetter(text: string, start: number, stop: number): number {
  let at = stop;
  while (at > start && isBlank(text.charCodeAt(at - 1))) at -= 1;
  return at;
}
