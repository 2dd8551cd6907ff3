import { spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('log');

/** What a program that logs this leaves on its standard error and output. */
function logged(script: string, level = 'info'): { lines: Record<string, unknown>[]; text: string; stdout: string } {
  const log = new URL('../../adapters/log.js', import.meta.url).href;
  const fault = new URL('../../domain/rejections.js', import.meta.url).href;
  const program = `import { createLog } from '${log}'; import { LedgerFault } from '${fault}'; const log = createLog('${level}'); ${script}; log.flush(); setTimeout(() => {}, 50);`;
  const { stderr, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
  return { lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>), text: stderr, stdout };
}

test('it goes to standard error as JSON, with the level as a word and the time in RFC 3339', () => {
  const { lines, stdout } = logged("log.info({ correlationId: 'c' }, 'said')");
  assert.equal(Object.keys(lines[0] ?? {}), ['level', 'time', 'correlationId', 'msg']);
  assert.is(lines[0]?.['level'], 'info');
  assert.match(String(lines[0]?.['time']), /^\d{4}-\d\d-\d\dT/);
  assert.is(stdout, '');
});

test('requests, bodies, headers, addresses and tokens do not get into it', () => {
  const secret = "const s = 'Lovelace'";
  const { text } = logged(
    `${secret}; log.info({ req: { url: s }, url: s, body: s, headers: { a: s }, token: s, authorization: s, nested: { url: s, body: s, token: s, authorization: s, headers: s } }, 'said')`,
  );
  assert.match(text, 'said');
  assert.not.match(text, 'Lovelace');
});

test("an error is its kind and place; only our own faults' words are kept", () => {
  const { lines, text } = logged("log.error({ err: new TypeError('Lovelace') }, 'a'); log.error({ err: new LedgerFault('store-full') }, 'b')");
  assert.not.match(text, 'Lovelace');
  const [foreign, own] = lines.map(({ err }) => err as { name: string; code?: string; message?: string; stack: string[] });
  assert.equal([foreign?.name, foreign?.message], ['TypeError', undefined]);
  assert.ok((foreign?.stack.length ?? 0) > 0 && foreign?.stack.every((frame) => frame.trimStart().startsWith('at ')));
  assert.equal([own?.name, own?.code], ['LedgerFault', 'store-full']);
  assert.match(own?.message ?? '', 'disk');
});

test('silent is silent', () => {
  assert.is(logged("log.fatal('x')", 'silent').lines.length, 0);
});

test.run();
