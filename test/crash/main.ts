import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runCampaign, summaryLine } from './campaign.js';

/** `npm run crash -- --rounds N [--seed S]` */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' }, seed: { type: 'string' } } });
const rounds = Number(values.rounds);
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed)) {
  process.stderr.write('npm run crash -- --rounds N [--seed S]\n');
  process.exit(2);
}
process.stdout.write(`seed ${seed}\n`);
const began = Date.now();
try {
  const summary = await runCampaign({ rounds, seed, onRound: (words) => process.stdout.write(`${words}\n`) });
  process.stdout.write(`${summaryLine(summary)}\nin ${((Date.now() - began) / 1000).toFixed(0)} s\n`);
} catch (fault) {
  process.stderr.write(`${(fault as Error).message}\n`);
  process.exit(1);
}
