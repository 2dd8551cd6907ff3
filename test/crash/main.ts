import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runCampaign, summaryLine } from './campaign.js';

const USAGE = `npm run crash -- --rounds N [--seed S] [--outage 'WORDS']

With EVENTSTORE_URL the log is on EventStoreDB, in a tenant of its own for each folder. WORDS then kill that server and start it
again, and are carried out under load in some of the rounds: --outage 'docker kill eventstore && docker start eventstore'
`;
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' }, seed: { type: 'string' }, outage: { type: 'string' } } });
const eventStoreUrl = process.env['EVENTSTORE_URL'] || null;
const rounds = Number(values.rounds);
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed) || (values.outage !== undefined && eventStoreUrl === null)) {
  process.stderr.write(USAGE);
  process.exit(2);
}
process.stdout.write(`seed ${seed}\n`);
const began = Date.now();
try {
  const summary = await runCampaign({ rounds, seed, eventStoreUrl, outage: values.outage ?? null, onRound: (words) => process.stdout.write(`${words}\n`) });
  process.stdout.write(`${summaryLine(summary)}\nin ${((Date.now() - began) / 1000).toFixed(0)} s\n`);
} catch (fault) {
  process.stderr.write(`${(fault as Error).message}\n`);
  process.exit(1);
}
