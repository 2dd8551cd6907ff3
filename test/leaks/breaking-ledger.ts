import { readConfig } from '../../adapters/config.js';
import { openLedger } from '../../adapters/container.js';
import { createLog } from '../../adapters/log.js';

/**
 * A ledger in which something breaks on every command, in words that quote all that came: the worst that a library could do.
 * `BREAK` says where: in the handler's own turn, in a promise that it awaits, or in what comes after a store's fault.
 */
const config = readConfig({ ...process.env, BREAK: undefined });
const ledger = await openLedger(config, createLog(config.logLevel));
const { intake, store } = ledger.services;
const quote = (...said: unknown[]) => new TypeError(`cannot take ${JSON.stringify(said)}`, { cause: new Error(JSON.stringify(said)) });

if (process.env['BREAK'] === 'handler') {
  intake.accept = (...said) => {
    throw Object.assign(quote(...said), { statusCode: 500, body: said, validation: said });
  };
} else {
  store.append = async (...said) => {
    throw quote(...said, await ledger.services.store.head());
  };
}
const address = await ledger.app.listen({ host: config.host, port: config.port });
process.stdout.write(`clinical-ledger listens on ${address}\n`);
process.on('SIGTERM', () => void ledger.stop().then(() => process.exit(0)));
