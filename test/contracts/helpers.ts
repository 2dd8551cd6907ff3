import { LedgerFault } from '../../domain/rejections.js';
import type { PageOptions, Row } from '../../projections/ports.js';

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** The code of the fault that a call is refused with; what is no fault of the ledger is named as what it is. */
export async function faultCode(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'no fault';
  } catch (fault) {
    return fault instanceof LedgerFault ? fault.code : `not a ledger fault: ${String(fault)}`;
  }
}

export function rowsOf(count: number, index: readonly string[] = []): Row[] {
  return Array.from({ length: count }, (_, n) => ({ key: `k${String(n).padStart(4, '0')}`, position: String(n), value: { n }, index }));
}

/** Reads a list page by page to its end. */
export async function pagesOf(
  limit: number,
  read: (page: PageOptions) => Promise<readonly Row[]>,
  between: () => Promise<void> = async () => undefined,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const last = rows.at(-1)?.key;
    const page = await read(last === undefined ? { limit } : { limit, after: last });
    if (page.length > limit) throw new Error(`a page of ${page.length} rows, where ${limit} is the limit`);
    rows.push(...page);
    if (page.length === 0) return rows;
    await between();
  }
}
