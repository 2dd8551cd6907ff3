import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Renewal } from '../../../adapters/keys/renewal.js';
import { MemoryKeyStore } from '../../../adapters/memory/key-store.js';
import { LedgerFault } from '../../../domain/rejections.js';

const test = suite('renewal of keys');
const DAY_MS = 86_400_000;

async function world() {
  const store = new MemoryKeyStore();
  const kek = { rootId: 'root-1', wrapped: 'AAAA', state: 'active' as const };
  await store.addKek({ ...kek, tenant: 'north', kekId: 'n1', generation: 1, createdAt: '2026-01-01T00:00:00.000Z', state: 'deactivated' });
  await store.addKek({ ...kek, tenant: 'north', kekId: 'n2', generation: 2, createdAt: '2026-11-01T00:00:00.000Z' });
  await store.addKek({ ...kek, tenant: 'south', kekId: 's1', generation: 1, createdAt: '2026-06-01T00:00:00.000Z' });
  const asked: string[] = [];
  let answer = 'done';
  let nowMs = Date.parse('2026-11-02T00:00:00.000Z');
  const renewal = new Renewal({
    store,
    submit: async (stream, job) => {
      asked.push(`${stream} ${(job.command as { data: { fromKeyId: string; because: string } }).data.fromKeyId}`);
      if (answer === 'fault') throw new LedgerFault('store-unavailable');
      return answer === 'done' ? ({ kind: 'done' } as never) : { kind: 'rejected', code: 'rotation-under-way' };
    },
    clock: { now: () => new Date(nowMs).toISOString() },
    ids: { next: () => '5b1e5f9e-8a1c-4c39-9d6b-0c8f0a3a7c11' },
    cryptoperiodDays: 180,
    onFault: () => undefined,
  });
  return { renewal, asked, at: (text: string) => (nowMs = Date.parse(text)), answers: (text: string) => (answer = text) };
}

test('the newest key of each tenant is followed by the next a month before its time is over, and no other is', async () => {
  const { renewal, asked, at } = await world();
  assert.is(await renewal.look(), 1);
  assert.equal(asked, ['south.keys s1']);
  at('2027-03-31T00:00:00.000Z');
  assert.is(await renewal.look(), 2);
  assert.equal(asked.slice(1).sort(), ['north.keys n2', 'south.keys s1']);
});

test('a rotation that is under way is no fault; a store that is down is asked again the next day', async () => {
  const { renewal, answers } = await world();
  answers('rejected');
  assert.is(await renewal.look(), 0);
  answers('fault');
  let code = '';
  await renewal.look().catch((fault: LedgerFault) => (code = fault.code));
  assert.is(code, 'store-unavailable');
  answers('done');
  assert.is(await renewal.look(), 1);
});

test('a cryptoperiod of less than a month does not order a rotation a day', async () => {
  const store = new MemoryKeyStore();
  await store.addKek({ tenant: 'north', kekId: 'n1', generation: 1, createdAt: '2026-11-02T00:00:00.000Z', rootId: 'r', wrapped: 'AAAA', state: 'active' });
  const made = (at: string) =>
    new Renewal({
      store,
      submit: async () => ({ kind: 'done' }) as never,
      clock: { now: () => at },
      ids: { next: () => '' },
      cryptoperiodDays: 7,
      onFault: () => undefined,
    }).look();
  assert.is(await made('2026-11-02T12:00:00.000Z'), 0);
  assert.is(await made(new Date(Date.parse('2026-11-02T00:00:00.000Z') + DAY_MS).toISOString()), 1);
});

test.run();
