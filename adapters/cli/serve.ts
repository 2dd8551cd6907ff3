import type { Command } from 'commander';
import type { Logger } from 'pino';
import { readConfig } from '../config.js';

const STOP_WITHIN_MS = 20_000;

export function addServe(program: Command): void {
  program.command('serve').description('Serve the ledger: what `npm start` runs.').action(serve);
}

async function serve(): Promise<void> {
  const config = readConfig();
  // A configuration that cannot be used is refused before anything of a ledger is loaded, and other verbs never load it.
  const { openLedger } = await import('../container.js');
  const ledger = await openLedger(config);
  endOnUncaught(ledger.log);
  const address = await ledger.app.listen({ host: config.host, port: config.port });
  process.stdout.write(
    [
      `clinical-ledger listens on ${address}`,
      `  API docs       ${address}/docs  (OpenAPI 3.1: ${address}/openapi.json)`,
      `  log            ${config.eventStoreUrl === null ? `embedded, in ${config.dataDir}` : 'EventStoreDB'}`,
      `  read models    ${config.mongodbUrl === null ? `embedded, in ${config.dataDir}` : 'MongoDB'}`,
      '  a first token  npm run --silent ledger -- token --tenant demo --subject steward-1 --role steward --purpose HOPERAT',
      '',
    ].join('\n'),
  );
  stopOnSignals(ledger.stop);
}

/**
 * What nobody caught ends the process, and the stores are made for that. Node would print its message, which may quote what was
 * being worked on: the log keeps the kind of the fault and its place. A promise that nobody awaits comes this way too.
 */
function endOnUncaught(log: Logger): void {
  process.on('uncaughtException', (fault) => {
    log.fatal({ err: fault }, 'broken: the process ends');
    process.exit(1);
  });
}

/** The first signal stops in order, a second one at once. Work that does not finish in time is left to the next start. */
function stopOnSignals(stop: () => Promise<void>): void {
  let stopping = false;
  const end = () => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  // Otherwise this signal opens the inspector, and with it the heap, to every user of the machine.
  process.on('SIGUSR1', () => undefined);
}
