import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { damageBehind, NO_KEYS, openWith, ringsOf, unreadableCode } from '../../../domain/record/unreadable.js';
import { LedgerFault } from '../../../domain/rejections.js';
import type { KeyRing } from '../../../domain/rings.js';
import { TESTER, TestVault } from '../../support/vault.js';

const test = suite('content that cannot be opened');
const PLACE = { stream: 'acme.patient-1', eventId: '11111111-1111-4111-8111-111111111111' };
const faultOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (fault: LedgerFault) => fault.code ?? fault.message,
  );

async function sealedBy(vault: TestVault, patientId: string) {
  const ring = (await vault.vault.patientRing('acme', patientId)) as KeyRing;
  return ring.seal({ ...PLACE, name: 'content', scope: 'allergies' }, 'peanut');
}

test('damage concerns content or one key; what concerns everybody is none', () => {
  for (const code of ['content-unreadable', 'key-unreadable'] as const) assert.is(unreadableCode(new LedgerFault(code)), code);
  for (const fault of [new LedgerFault('keys-unavailable'), new LedgerFault('internal'), new Error('content-unreadable'), undefined])
    assert.is(unreadableCode(fault), undefined);
});

test('what another process sealed under a generation that is not known here is opened, not taken for damaged', async () => {
  const here = new TestVault();
  const there = here.another();
  const patientId = await here.vault.claimPatient('acme', 'one');
  await here.vault.patientRing('acme', patientId);
  await there.keys.renew(TESTER, 'acme', patientId);
  const part = await sealedBy(there, patientId);
  assert.is(part.generation, 2);
  const stale = (await here.vault.patientRing('acme', patientId)) as KeyRing;
  assert.is(await faultOf(stale.open(part, PLACE)), 'content-unreadable');
  assert.is(
    await openWith(
      (read) => ringsOf(here.vault, 'acme')(patientId, read),
      (ring) => ring.open(part, PLACE),
    ),
    'peanut',
  );
});

test("so is what was sealed under a new generation of the tenant's own secret", async () => {
  const here = new TestVault();
  const there = here.another();
  await here.vault.tenantRing('acme');
  await there.keys.renew(TESTER, 'acme', 'tenant');
  const part = await (await there.vault.tenantRing('acme')).seal({ ...PLACE, name: 'content', scope: 'quarantine' }, 'line');
  assert.is(await faultOf((await here.vault.tenantRing('acme')).open(part, PLACE)), 'content-unreadable');
  assert.is(await (await here.vault.tenantRing('acme', 'anew')).open(part, PLACE), 'line');
});

test('looked at twice, it is damaged; every other fault is thrown at once', async () => {
  const here = new TestVault();
  const patientId = await here.vault.claimPatient('acme', 'one');
  const part = await sealedBy(here, patientId);
  const ringOf = (read?: 'anew') => here.vault.patientRing('acme', patientId, read);
  let opened = 0;
  const open = (fault?: LedgerFault) =>
    openWith(ringOf, async (ring) => {
      opened += 1;
      if (fault !== undefined) throw fault;
      return ring.open(part, { ...PLACE, eventId: patientId });
    });
  assert.equal([await faultOf(open()), opened], ['content-unreadable', 2]);
  assert.equal([await faultOf(open(new LedgerFault('keys-unavailable'))), opened], ['keys-unavailable', 3]);
});

test('keys that were erased open nothing, also when they go between two looks; keys that nobody erased are missing', async () => {
  const here = new TestVault();
  const patientId = await here.vault.claimPatient('acme', 'one');
  const rings = ringsOf(here.vault, 'acme');
  const gone = openWith(
    async (read) => (read === undefined ? rings(patientId) : undefined),
    async () => {
      throw new LedgerFault('content-unreadable');
    },
  );
  assert.is(await gone, undefined);
  assert.is(await openWith(NO_KEYS, async () => 'opened'), undefined);
  assert.is(await faultOf(rings('22222222-2222-4222-8222-222222222222')), 'key-unreadable');
  await here.store.erase('acme', patientId);
  here.keys.forget('acme', patientId);
  assert.is(await rings(patientId), undefined);
});

test("one patient's damage is told; where the tenant's own keys do not open either, the whole is refused", async () => {
  const here = new TestVault();
  await here.vault.tenantRing('acme');
  const sound = () => here.vault.tenantRing('acme', 'anew');
  const broken = async () => Promise.reject(new LedgerFault('key-unreadable'));
  assert.is(await damageBehind(new LedgerFault('content-unreadable'), broken), 'content-unreadable');
  assert.is(await damageBehind(new LedgerFault('key-unreadable'), sound), 'key-unreadable');
  assert.is(await faultOf(damageBehind(new LedgerFault('key-unreadable'), broken)), 'key-unreadable');
  assert.is(await faultOf(damageBehind(new LedgerFault('keys-unavailable'), sound)), 'keys-unavailable');
});

test.run();
