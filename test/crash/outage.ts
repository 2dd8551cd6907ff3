import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Carries out the words with which the log's server is killed and started again; resolves when they have been. */
export async function takeAway(words: string): Promise<void> {
  const child = spawn(words, { shell: true, stdio: 'ignore' });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`\`${words}\` ended with ${code}`);
}
