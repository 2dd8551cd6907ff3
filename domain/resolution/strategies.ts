/**
 * How a category's value is chosen among its live statements.
 *
 * - `authoritative`: the source believed most wins, the rest stay as attributed alternatives.
 * - `latest`: the statement with the later valid time wins; a later measurement is no contradiction.
 */
export type Strategy = 'authoritative' | 'latest';

const LATEST: ReadonlySet<string> = new Set(['vital-signs']);

export function strategyOf(category: string): Strategy {
  return LATEST.has(category) ? 'latest' : 'authoritative';
}
