import { CERTAINTIES, type Finding } from './finding.js';

/**
 * Findings without overlap, in the order of the text. Where two cover the same place, the surer one has it, then the longer
 * one; what the other covers beyond it stays a finding, so that a mask leaves nothing of either.
 */
export function withoutOverlap(text: string, found: readonly Finding[]): Finding[] {
  const ranked = found.filter(({ start, end }) => start < end).sort(byRank);
  const length = ranked.reduce((most, { end }) => Math.max(most, end), 0);
  /** Which finding each character belongs to, counted from 1: linear, however many lie on top of each other. */
  const owners = new Uint32Array(length);
  for (const [index, { start, end }] of ranked.entries()) owners.fill(index + 1, start, end);
  const kept: Finding[] = [];
  for (let at = 0; at < length; ) {
    const owner = owners[at] as number;
    let end = at + 1;
    while (end < length && owners[end] === owner) end++;
    if (owner !== 0) keep(kept, text, at, end, ranked[owner - 1] as Finding);
    at = end;
  }
  return kept;
}

/** The least sure and shortest first: later ones are written over them. */
function byRank(a: Finding, b: Finding): number {
  return CERTAINTIES.indexOf(a.certainty) - CERTAINTIES.indexOf(b.certainty) || a.end - a.start - (b.end - b.start);
}

/** A piece that another finding left over counts when there is a letter or digit in it; a piece that touches its like is joined to it. */
function keep(kept: Finding[], text: string, start: number, end: number, finding: Finding): void {
  const isWhole = start === finding.start && end === finding.end;
  if (!isWhole && !/[\p{L}\p{N}]/u.test(text.slice(start, end))) return;
  const last = kept.at(-1);
  const { type, certainty, rule } = finding;
  if (last === undefined || last.end !== start || last.type !== type) {
    kept.push({ start, end, type, certainty, rule });
    return;
  }
  const surer = CERTAINTIES.indexOf(last.certainty) >= CERTAINTIES.indexOf(certainty) ? last : finding;
  kept[kept.length - 1] = { start: last.start, end, type, certainty: surer.certainty, rule: surer.rule };
}
