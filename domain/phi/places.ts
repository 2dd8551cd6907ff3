import { scanElements } from '../json/elements.js';
import { scanMembers } from '../json/scan.js';
import type { Span } from '../json/scan-result.js';
import { spansWithout } from './cutting.js';

/** What of a resource goes under another scope: whole members, and single elements of arrays, by scope. */
export interface Places {
  readonly members: ReadonlyMap<string, string>;
  readonly items: ReadonlyMap<string, ReadonlyMap<number, string>>;
}

export interface ScopedSpan extends Span {
  readonly scope: string;
}

/** As deep as any text that was taken in. */
const DEPTH_AT_MOST = 512;

/** Where the places stand in the resource's text, in order; null when the text does not show them all. */
export function spansOf(text: string, { members, items }: Places): ScopedSpan[] | null {
  const { members: values } = scanMembers(text, { maxDepth: DEPTH_AT_MOST });
  const named = [...values];
  const whole = withNames(text, named);
  const spans = scoped(
    spansWithout(whole, (index) => members.has(named[index]?.[0] ?? '')),
    named.flatMap(([name]) => members.get(name) ?? []),
  );
  for (const [member, own] of items) {
    const value = values.get(member);
    const elements = value === undefined ? null : scanElements(text, value.start, value.end);
    if (elements === null) return null;
    const scopes = elements.flatMap((_, index) => own.get(index) ?? []);
    if (scopes.length !== own.size) return null;
    spans.push(
      ...scoped(
        spansWithout(elements, (index) => own.has(index)),
        scopes,
      ),
    );
  }
  const wanted = members.size + [...items.values()].reduce((sum, own) => sum + own.size, 0);
  return spans.length === wanted ? spans.sort((left, right) => left.start - right.start) : null;
}

function scoped(spans: readonly Span[], scopes: readonly string[]): ScopedSpan[] {
  return spans.map((span, index) => ({ ...span, scope: scopes[index] as string }));
}

/** Members with their names: a name's quote is the first after the value before it. */
function withNames(text: string, values: readonly (readonly [string, Span])[]): Span[] {
  let from = text.indexOf('{') + 1;
  return values.map(([, { end }]) => {
    const start = text.indexOf('"', from);
    from = end;
    return { start, end };
  });
}
