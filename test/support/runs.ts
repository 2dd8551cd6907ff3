/** `npm run test:long` tries every property as often as it is written; `npm test` a quarter of that, so that it stays under five minutes. */
export const LONG = process.env['TEST_LONG'] === '1';

/** How often a slow property is tried. Every run is with a fresh seed, so that many short runs see as much as a long one. */
export function runs(full: number): number {
  return LONG ? full : Math.ceil(full / 4);
}
