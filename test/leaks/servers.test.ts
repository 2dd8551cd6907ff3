import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { BSON } from 'mongodb';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MongoWire } from '../support/mongo-wire/server.js';
import { Searcher } from '../support/search.js';
import { temporaryFolder } from '../support/server.js';
import { DIGITS, TELLING } from './canary-patient.js';
import { headOf, recordsAfter } from './eventstoredb-log.js';
import { sendUsualCommands } from './every-command.js';
import { visitEveryRoute } from './every-route.js';
import { sendLastCommands } from './last-commands.js';
import { malformedLines } from './malformed.js';
import { Tour } from './tour.js';

/**
 * The same patient, with read models and keys on a server that speaks MongoDB's protocol: nothing of the patient is in anything
 * that was sent to it. Where `EVENTSTORE_URL` names a server the log is there, and nothing is in anything that it keeps since.
 */
const test = suite('what leaves for a database server');

const folder = temporaryFolder();
const dataDir = join(folder, 'data');
const eventStoreUrl = process.env['EVENTSTORE_URL'] ?? '';
let mongo: MongoWire;
let tour: Tour;
let before: string | null = null;

test.before(async () => {
  mongo = await MongoWire.start();
  const env = { LOG_LEVEL: 'trace', MONGODB_URL: mongo.url('canary') };
  if (eventStoreUrl === '') tour = await Tour.open(dataDir, env);
  else {
    before = await headOf(eventStoreUrl);
    tour = await Tour.open(dataDir, { ...env, EVENTSTORE_URL: eventStoreUrl }, `canary-${randomUUID().slice(0, 8)}`);
  }
});
test.after(async () => {
  await tour.stop();
  await mongo.stop();
  rmSync(folder, { recursive: true });
});

const everything = () => new Searcher([...tour.said.all, ...tour.junk.all, ...DIGITS, ...TELLING], { anyCase: true });

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
  if (eventStoreUrl !== '') assert.equal(await sendLastCommands(tour), []);
  await tour.stop();

  const searcher = everything();
  const received = mongo.log.map((document) => Buffer.from(BSON.serialize(document)));
  assert.ok(mongo.log.filter((document) => 'update' in document || 'insert' in document).length > 100);
  assert.equal(
    received.flatMap((bytes) => searcher.inBytes('what was sent to MongoDB', bytes)),
    [],
  );
  assert.equal(searcher.inText('the log', tour.logs), []);
  assert.equal(searcher.inFolder(dataDir).hits, []);
});

if (eventStoreUrl === '') console.log('SKIP 1 what EventStoreDB keeps of the canary patient: EVENTSTORE_URL is not set');
else {
  test('nor is it in what EventStoreDB keeps: names of streams, ids, types, metadata, data', async () => {
    const searcher = everything();
    let records = 0;
    for await (const { id, type, stream, data, metadata } of recordsAfter(eventStoreUrl, before)) {
      records += 1;
      assert.equal(searcher.inText(`${type} in ${stream}`, JSON.stringify([id, type, stream, data, metadata])), []);
    }
    assert.ok(records > 200, `${records} records`);
  });
}

test.run();
