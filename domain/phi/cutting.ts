import type { Span } from '../json/scan-result.js';

/** Something that was cut out of a text. `at` counts letters of what is left; `order` tells cuts at one place apart. */
export interface Cut {
  readonly at: number;
  readonly order: number;
  readonly text: string;
}

/**
 * Where to cut so that some items of a JSON object or array go, and what is left is still JSON: each takes one comma with it. Of
 * what is cut any part may be put back, and it is JSON again, as long as one item stays; so a caller never cuts all of them.
 */
export function spansWithout(items: readonly Span[], goes: (index: number) => boolean): Span[] {
  const spans: Span[] = [];
  let stays = false;
  for (const [index, { start, end }] of items.entries()) {
    if (!goes(index)) stays = true;
    else if (stays) spans.push({ start: (items[index - 1] as Span).end, end });
    else spans.push({ start, end: items[index + 1]?.start ?? end });
  }
  return spans;
}

/** Cuts spans, in the order in which they stand and none within another, out of a text. */
export function cutOut(text: string, spans: readonly Span[]): { readonly rest: string; readonly cuts: readonly Cut[] } {
  const kept: string[] = [];
  const cuts: Cut[] = [];
  let from = 0;
  let at = 0;
  for (const [order, { start, end }] of spans.entries()) {
    kept.push(text.slice(from, start));
    at += start - from;
    cuts.push({ at, order, text: text.slice(start, end) });
    from = end;
  }
  kept.push(text.slice(from));
  return { rest: kept.join(''), cuts };
}

/** Puts back what there is of what was cut: all of it gives the text as it was, byte for byte. */
export function putBack(rest: string, cuts: readonly Cut[]): string {
  if (cuts.length === 0) return rest;
  const texts: string[] = [];
  let from = 0;
  for (const { at, text } of [...cuts].sort((left, right) => left.order - right.order)) {
    texts.push(rest.slice(from, at), text);
    from = at;
  }
  texts.push(rest.slice(from));
  return texts.join('');
}
