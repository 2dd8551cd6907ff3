import { scanElements } from '../json/elements.js';
import { scanMembers } from '../json/scan.js';
import type { Span } from '../json/scan-result.js';
import { spansWithout } from './cutting.js';

/** What of a resource goes under another scope: whole members, single elements of arrays, and the `text` of objects, by scope. */
export interface Places {
  readonly members: ReadonlyMap<string, string>;
  readonly items: ReadonlyMap<string, ReadonlyMap<number, string>>;
  readonly texts: ReadonlyMap<string, string>;
}

export interface ScopedSpan extends Span {
  readonly scope: string;
}

/** As deep as any text that was taken in. */
const DEPTH_AT_MOST = 512;

/** Where the places stand in the resource's text, in order; null when the text does not show them all. */
export function spansOf(text: string, { members, items, texts }: Places): ScopedSpan[] | null {
  const { members: values } = scanMembers(text, { maxDepth: DEPTH_AT_MOST });
  const spans = membersWithin(text, values, members);
  let wanted = members.size + texts.size;
  for (const [member, own] of items) {
    wanted += own.size;
    spans.push(...itemsWithin(text, values.get(member), own));
  }
  for (const [member, scope] of texts) spans.push(...textWithin(text, values.get(member), scope));
  return spans.length === wanted ? spans.sort((left, right) => left.start - right.start) : null;
}

/** Members of an object, with the comma that each takes with it. */
function membersWithin(text: string, values: ReadonlyMap<string, Span>, scopes: ReadonlyMap<string, string>): ScopedSpan[] {
  const names = [...values.keys()];
  const going = names.flatMap((name) => scopes.get(name) ?? []);
  const goes = new Set(names.flatMap((name, index) => (scopes.has(name) ? [index] : [])));
  return scoped(
    spansWithout(withNames(text, [...values.values()]), (index) => goes.has(index)),
    going,
  );
}

function itemsWithin(text: string, list: Span | undefined, own: ReadonlyMap<number, string>): ScopedSpan[] {
  const elements = (list === undefined ? null : scanElements(text, list.start, list.end)) ?? [];
  const going = elements.flatMap((_, index) => own.get(index) ?? []);
  return scoped(
    spansWithout(elements, (index) => own.has(index)),
    going,
  );
}

function textWithin(text: string, object: Span | undefined, scope: string): ScopedSpan[] {
  if (object === undefined) return [];
  const inner = text.slice(object.start, object.end);
  const found = membersWithin(inner, scanMembers(inner, { maxDepth: DEPTH_AT_MOST }).members, new Map([['text', scope]]));
  return found.map((span) => ({ start: object.start + span.start, end: object.start + span.end, scope: span.scope }));
}

function scoped(spans: readonly Span[], scopes: readonly string[]): ScopedSpan[] {
  return spans.map((span, index) => ({ ...span, scope: scopes[index] as string }));
}

/** Members with their names: a name's quote is the first after the value before it. */
function withNames(text: string, values: readonly Span[]): Span[] {
  let from = text.indexOf('{') + 1;
  return values.map(({ end }) => {
    const start = text.indexOf('"', from);
    from = end;
    return { start, end };
  });
}
