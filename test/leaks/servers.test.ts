import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { BSON } from 'mongodb';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MongoWire } from '../support/mongo-wire/server.js';
import { Searcher } from '../support/search.js';
import { temporaryFolder } from '../support/server.js';
import { DIGITS, TELLING } from './canary-patient.js';
import { sendUsualCommands } from './every-command.js';
import { visitEveryRoute } from './every-route.js';
import { malformedLines } from './malformed.js';
import { Tour } from './tour.js';

/** The same patient, with read models and keys on a server that speaks MongoDB's protocol: nothing of the patient is in anything that was sent to it. */
const test = suite('what leaves for a database server');

const folder = temporaryFolder();
const dataDir = join(folder, 'data');
let mongo: MongoWire;
let tour: Tour;

test.before(async () => {
  mongo = await MongoWire.start();
  tour = await Tour.open(dataDir, { LOG_LEVEL: 'trace', MONGODB_URL: mongo.url('canary') });
});
test.after(async () => {
  await tour.stop();
  await mongo.stop();
  rmSync(folder, { recursive: true });
});

test('is nothing of the patient, in whatever form', async () => {
  assert.equal(await sendUsualCommands(tour, { malformed: false }), []);
  const body = malformedLines(tour.said, tour.ids['patientId'] ?? '').map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  await tour.ask('/v1/commands', {
    method: 'POST',
    as: 'ehr',
    headers: { 'content-type': 'application/x-ndjson', prefer: 'handling=quarantine' },
    body: body.join('\n'),
  });
  assert.equal(await visitEveryRoute(tour), []);
  await tour.stop();

  const searcher = new Searcher([...tour.said.all, ...tour.junk.all, ...DIGITS, ...TELLING], { anyCase: true });
  const received = mongo.log.map((document) => Buffer.from(BSON.serialize(document)));
  assert.ok(mongo.log.filter((document) => 'update' in document || 'insert' in document).length > 100);
  assert.equal(
    received.flatMap((bytes) => searcher.inBytes('what was sent to MongoDB', bytes)),
    [],
  );
  assert.equal(searcher.inText('the log', tour.logs), []);
  assert.equal(searcher.inFolder(dataDir).hits, []);
});

test.run();
