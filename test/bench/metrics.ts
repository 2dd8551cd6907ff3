import type { LedgerProcess } from './ledger-process.js';

/** How many appends shared a commit so far, and how many commits there were: from the server's own metrics. */
export async function commitsOf(ledger: LedgerProcess): Promise<{ appends: number; commits: number }> {
  const text = await (await fetch(`${ledger.url}/metrics`)).text();
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? Number.NaN);
  return { appends: value('ledger_commit_batch_appends_sum'), commits: value('ledger_commit_batch_appends_count') };
}
