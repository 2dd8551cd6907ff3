import { randomInt } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LONG } from '../support/runs.js';
import { runCampaign, summaryLine } from './campaign.js';

const ROUNDS = LONG ? 12 : 2;

test(`after each of ${ROUNDS} kills under load nothing acknowledged is lost, nothing happens twice, and every read model equals its rebuild`, async () => {
  const seed = randomInt(2 ** 31);
  const summary = await runCampaign({ rounds: ROUNDS, seed });
  process.stdout.write(`seed ${seed}: ${summaryLine(summary)}\n`);
  assert.is(summary.rounds, ROUNDS);
  assert.ok(summary.acknowledged > ROUNDS, 'the load did something');
  assert.equal(summary.problems, { lost: 0, duplicated: 0, gap: 0, unaudited: 0, model: 0 });
});

test.run();
