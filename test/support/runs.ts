/** `npm run test:long` tries every slow property as often as it is written; `npm test` an eighth of that, so that it stays well under five minutes. */
export const LONG = process.env['TEST_LONG'] === '1';

const AT_LEAST = 5;

/** How often a slow property is tried. Every run is with a fresh seed, so that many short runs see as much as a long one. */
export function runs(full: number): number {
  return LONG ? full : Math.min(full, Math.max(AT_LEAST, Math.ceil(full / 8)));
}
