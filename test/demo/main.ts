import { LedgerServer } from '../support/server.js';
import { audit, leaks, refusals, restart } from './proof.js';
import { Stage } from './stage.js';
import { type Cast, corrections, designation, firstReceipt, loading, reading } from './story.js';

/** `npm run demo`: the main job in one go, on an empty temporary folder. Whatever it says it has asked the running ledger. */
const began = Date.now();
let server = await LedgerServer.start({ env: { CHANGE_CONTROL: 'four-eyes' } });
const stage = new Stage(server.url);
try {
  stage.step('A ledger starts on an empty folder, with embedded stores');
  stage.say(`$ DATA_DIR=${server.dataDir} npm start`);
  await ready(stage);
  await stage.ask('GET', '/health/ready', { show: ({ json }) => ({ status: json.status, store: json.store }) });
  const cast: Cast = {
    steward: await server.token('steward-1', 'steward'),
    clinician: await server.token('dr-1', 'clinician'),
    officer: await server.token('officer-1', 'privacy-officer'),
    auditor: await server.token('auditor-1', 'auditor'),
    hospital: await server.token('hospital-ehr', 'source'),
    pharmacy: await server.token('pharmacy', 'source'),
    clinic: await server.token('clinic', 'source'),
    stranger: await server.token('dr-9', 'clinician', { tenant: 'other-hospital' }),
    marketer: await server.token('dr-1', 'clinician', { purpose: 'HMARKT' }),
  };
  const patientId = await firstReceipt(stage, cast);
  await loading(stage, server);
  await reading(stage, cast, patientId);
  await designation(stage, cast, patientId);
  await corrections(stage, cast, patientId);
  await refusals(stage, cast, patientId);
  await audit(stage, cast, patientId);
  server = await restart(stage, cast, patientId, server);
  leaks(stage, server.dataDir, server.output);
} finally {
  await server.remove();
  stage.client.close();
}
process.stdout.write(`\nDone in ${((Date.now() - began) / 1000).toFixed(1)} s\n`);

/** The projections take a moment to say that they are there. */
async function ready(stage: Stage): Promise<void> {
  for (let tries = 0; tries < 100 && (await stage.client.get('/health/ready', null)).status !== 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
