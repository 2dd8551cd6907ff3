import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BulkSender, type LineResult } from '../../../../adapters/cli/load/bulk-sender.js';

const test = suite('sending commands in bulk');

type Answering = (line: string, number: number, response: ServerResponse, connection: number) => object | null;

/** A server of the bulk route that answers each line as the test says; null answers nothing. */
async function serverOf(answering: Answering, heard: string[] = []): Promise<{ server: Server; url: string; heard: string[] }> {
  let connections = 0;
  const server = createServer(async (request: IncomingMessage, response) => {
    const connection = (connections += 1);
    let rest = '';
    let number = 0;
    response.flushHeaders();
    try {
      for await (const chunk of request.setEncoding('utf8')) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          heard.push(line);
          number += 1;
          const answer = answering(line, number, response, connection);
          if (answer !== null) response.write(`${JSON.stringify({ line: number, ...answer })}\n`);
        }
      }
      response.end();
    } catch {
      // The test broke the connection.
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

const DONE = { status: 201, receipt: { patientId: 'p', repeated: false } };

async function sendAll(sender: BulkSender, count: number): Promise<LineResult[]> {
  const results: Promise<LineResult>[] = [];
  for (let number = 0; number < count; number++) {
    await sender.room();
    results.push(sender.ask(`{"n":${number}}\n`));
  }
  await sender.finish();
  return Promise.all(results);
}

async function faultOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (fault) {
    return (fault as Error).message;
  }
}

test('every command has its own result', async () => {
  const { server, url } = await serverOf((_line, number) =>
    number % 2 === 0 ? { status: 200, receipt: { repeated: true } } : { status: 422, problem: { code: 'invalid-resource' }, quarantined: {} },
  );
  const results = await sendAll(new BulkSender(url, 't'), 5000);
  assert.equal(results.slice(0, 2), [
    { kind: 'quarantined', code: 'invalid-resource', patientId: null },
    { kind: 'repeated', code: null, patientId: null },
  ]);
  assert.is(results.length, 5000);
  server.close();
});

test('what was not acknowledged is sent again when the connection breaks, in its order', async () => {
  const { server, url, heard } = await serverOf((_line, number, response, connection) => {
    if (connection <= 2 && number === 3) {
      response.destroy();
      return null;
    }
    return connection <= 2 && number > 3 ? null : DONE;
  });
  const results = await sendAll(new BulkSender(url, 't'), 10);
  assert.is(results.filter(({ kind }) => kind === 'recorded').length, 10);
  assert.equal(
    heard.slice(-6).map((line) => (JSON.parse(line) as { n: number }).n),
    [4, 5, 6, 7, 8, 9],
  );
  server.close();
});

test('a result that says later is tried later, and the others do not wait for it', async () => {
  let refusals = 0;
  const { server, url } = await serverOf((line) => (line === '{"n":1}' && refusals++ < 2 ? { status: 503, problem: { code: 'overloaded' } } : DONE));
  const results = await sendAll(new BulkSender(url, 't'), 4);
  assert.is(
    results.every(({ kind }) => kind === 'recorded'),
    true,
  );
  assert.is(refusals, 3);
  server.close();
});

test('a line that is too long is not sent: nobody would keep it', async () => {
  const { server, url, heard } = await serverOf(() => DONE);
  const sender = new BulkSender(url, 't');
  assert.equal(await sender.ask(`${'x'.repeat(1024 * 1024)}\n`), { kind: 'failed', code: 'too-large', patientId: null });
  await sender.finish();
  assert.equal(heard, []);
  server.close();
});

test('a source that may not speak ends the load at once', async () => {
  const problem = { code: 'source-suspended', detail: 'Suspended.', remedy: 'Reinstate it.', correlationId: 'c' };
  const { server, url } = await serverOf(() => ({ status: 403, problem }));
  const sender = new BulkSender(url, 't');
  assert.match(await faultOf(sender.ask('{}\n')), /403 source-suspended/);
  assert.match(await faultOf(sender.room()), /403 source-suspended/);
  assert.match(await faultOf(sender.ask('{}\n')), /403 source-suspended/);
  server.close();
});

test('a request that is refused whole ends the load, in the words of the ledger', async () => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(401).end(JSON.stringify({ code: 'not-authenticated', detail: 'Nobody.', remedy: 'Send a token.', correlationId: 'c' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sender = new BulkSender(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 't');
  assert.match(await faultOf(Promise.all([sender.ask('{}\n'), sender.finish()])), /401 not-authenticated/);
  server.close();
});

test('answers out of order are believed no more', async () => {
  const { server, url } = await serverOf(() => ({ ...DONE, line: 7 }));
  assert.match(await faultOf(new BulkSender(url, 't').ask('{}\n')), /out of order/);
  server.closeAllConnections();
  server.close();
});

test.run();
