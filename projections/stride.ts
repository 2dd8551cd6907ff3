import type { RowSource } from './page-rows.js';
import type { Row } from './ports.js';
import type { Stride, Sweep } from './projection.js';

/** Rows that a sweep looks at between two saves: what a kill makes it do again, and what other models of the thread wait for. */
export const STRIDE_ROWS = 1000;

/** The next rows of a walk. Index values under which nothing is left are passed over, so that they cost a look and no save. */
export async function nextStride(
  { models, model, generation }: RowSource,
  { values, after: from }: ReturnType<Sweep['walk']>,
  atMost: number,
): Promise<Stride> {
  const rows: Row[] = [];
  let after = from;
  for (const [ended, value] of values.entries()) {
    const limit = atMost - rows.length;
    const found = await models.byIndex(model, value, { limit, ...(after === null ? {} : { after }) }, generation);
    rows.push(...found);
    if (found.length === limit) return { rows, ended, after: found.at(-1)?.key ?? null };
    after = null;
  }
  return { rows, ended: values.length, after: null };
}
