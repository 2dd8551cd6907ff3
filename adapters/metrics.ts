import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What an operator watches. Labels hold routes, codes and names of models; never anything of a person or a request. */
export class Metrics {
  readonly registry = new Registry();
  readonly requests = new Histogram({
    name: 'ledger_http_request_seconds',
    help: 'Time to answer, by route and status.',
    labelNames: ['route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  readonly commands = new Counter({
    name: 'ledger_commands_total',
    help: 'Commands, by name and what became of them.',
    labelNames: ['command', 'outcome'],
    registers: [this.registry],
  });
  readonly commits = new Histogram({
    name: 'ledger_commit_batch_appends',
    help: 'Appends that shared one commit of the embedded log.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000],
    registers: [this.registry],
  });
  readonly opened = new Counter({ name: 'ledger_parts_opened_total', help: 'Sealed parts opened for readers.', registers: [this.registry] });
  readonly unreadable = new Counter({
    name: 'ledger_statements_unreadable_total',
    help: 'Events that were told without their content, because it is damaged, by code.',
    labelNames: ['code'],
    registers: [this.registry],
  });
  readonly unrecordedRefusals = new Counter({
    name: 'ledger_refusals_not_recorded_total',
    help: 'Requests without a valid token beyond the rate at which they are recorded one by one.',
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** A gauge that is asked when it is read. */
  gauge(
    name: string,
    help: string,
    labelNames: string[],
    collect: (set: (value: number, labels: Record<string, string>) => void) => void | Promise<void>,
  ): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      async collect() {
        this.reset();
        await collect((value, labels) => this.set(labels, value));
      },
    });
  }
}
