import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Metrics } from '../../adapters/metrics.js';

const test = suite('metrics');

test('counters, histograms and gauges show in the form of Prometheus', async () => {
  const metrics = new Metrics();
  metrics.commands.inc({ command: 'record-fact', outcome: 'recorded' });
  metrics.requests.observe({ route: '/v1/patients/:patientId/record', status: 200 }, 0.002);
  metrics.commits.observe(12);
  let depth = 3;
  metrics.gauge('ledger_queue_depth', 'What waits.', ['queue'], (set) => {
    if (depth > 0) set(depth, { queue: 'commands' });
  });
  const text = await metrics.registry.metrics();
  assert.match(text, 'ledger_commands_total{command="record-fact",outcome="recorded"} 1');
  assert.match(text, 'ledger_http_request_seconds_bucket{le="0.0025",route="/v1/patients/:patientId/record",status="200"} 1');
  assert.match(text, 'ledger_queue_depth{queue="commands"} 3');
  depth = 0;
  assert.not.match(await metrics.registry.metrics(), 'ledger_queue_depth{queue="commands"}', 'a gauge forgets what is no longer so');
});

test('two ledgers in one process do not share their numbers', async () => {
  const [one, other] = [new Metrics(), new Metrics()];
  one.opened.inc(5);
  assert.match(await one.registry.metrics(), 'ledger_parts_opened_total 5');
  assert.match(await other.registry.metrics(), 'ledger_parts_opened_total 0');
});

test.run();
