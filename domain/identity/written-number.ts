import { scanElements } from '../json/elements.js';
import { scanMembers } from '../json/scan.js';

const DEPTH_AT_MOST = 512;
/** Only `7.0` and `7e1` lose digits when they are parsed; in a text without either, the parsed number is as good. */
const MAY_LOSE_DIGITS = /\.\d*0\s*[,}\]]|[:[,\s]-?\d+(?:\.\d+)?[eE]/;

/**
 * The number at a path of a JSON text, digit by digit as it was written, since parsing makes `7.0` a 7. `null` if the text
 * cannot have lost any, or if there is none at the path.
 */
export function writtenNumber(text: string, path: readonly (string | number)[]): string | null {
  if (!MAY_LOSE_DIGITS.test(text)) return null;
  let piece = text;
  for (const step of path) {
    const span = typeof step === 'number' ? scanElements(piece)?.[step] : scanMembers(piece, { maxDepth: DEPTH_AT_MOST }).members.get(step);
    if (span === undefined) return null;
    piece = piece.slice(span.start, span.end);
  }
  return piece;
}
