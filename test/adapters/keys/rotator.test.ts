import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Rewrap, WrappedKek } from '../../../adapters/keys/key-store.js';
import { rewrapAll } from '../../../adapters/keys/rewrapping.js';
import { MemoryKeyStore } from '../../../adapters/memory/key-store.js';
import type { KeyRing } from '../../../commands/ports.js';
import { LedgerFault } from '../../../domain/rejections.js';
import { TestVault } from '../../support/vault.js';

const test = suite('wrapping all secrets of a tenant anew');
const PATIENTS = 2000;
const PLACE = { stream: 'north.patient-x', eventId: 'e', name: 'content', scope: 'allergies' };

/** A store whose process is killed before the page after so many. */
class DyingKeyStore extends MemoryKeyStore {
  pagesLeft = Number.POSITIVE_INFINITY;
  override async rewrap(changes: readonly Rewrap[]): Promise<number> {
    if (this.pagesLeft-- <= 0) throw new Error('killed');
    return super.rewrap(changes);
  }
}

async function town(store: MemoryKeyStore, size = PATIENTS) {
  const here = new TestVault(store);
  const patients: string[] = [];
  for (let n = 0; n < size; n++) patients.push(await here.vault.claimPatient('north', `claim ${n}`));
  const sealed = await (await ringOf(here, patients[0] as string)).seal(PLACE, 'penicillin');
  const former = (await store.keks('north')).at(-1) as WrappedKek;
  return { here, patients, sealed, former };
}

const ringOf = async ({ vault }: TestVault, owner: string) => (await vault.patientRing('north', owner)) as KeyRing;
const under = async (store: MemoryKeyStore, kekId: string) =>
  (await store.countSecrets('north')).filter((count) => count.kekId === kekId).reduce((sum, { secrets }) => sum + secrets, 0);

test('killed between two pages, a fresh process goes on with what is left, and all opens at every moment', async () => {
  const store = new DyingKeyStore();
  const { here, patients, sealed, former } = await town(store);
  await here.keks.advance('north', former);
  store.pagesLeft = 2;
  await rewrapAll({ store, keks: here.keks }, 'north', former.kekId, null).then(
    () => assert.unreachable(),
    () => undefined,
  );
  assert.is(await under(store, former.kekId), PATIENTS - 96);
  const after = here.another();
  for (const patientId of patients) assert.ok(await ringOf(after, patientId));
  store.pagesLeft = Number.POSITIVE_INFINITY;
  assert.is(await rewrapAll({ store, keks: after.keks }, 'north', former.kekId, null), PATIENTS - 96);
  assert.is(await under(store, former.kekId), 0);
  const later = here.another();
  for (const patientId of patients) assert.ok(await ringOf(later, patientId));
  assert.is(await (await ringOf(later, patients[0] as string)).open(sealed, PLACE), 'penicillin');
});

test('a key that is still the current one is not wrapped away from: it would be wrapped under itself', async () => {
  const store = new MemoryKeyStore();
  const { here, former } = await town(store, 1);
  const fault = await rewrapAll({ store, keks: here.keks }, 'north', former.kekId, null).catch((thrown: unknown) => thrown);
  assert.ok(fault instanceof LedgerFault && fault.code === 'internal');
});

test('two processes at once wrap each secret once between them, while patients are read and made', async () => {
  const store = new MemoryKeyStore();
  const { here, patients, former } = await town(store);
  const there = here.another();
  await here.keks.advance('north', former);
  const reading = (async () => {
    for (let n = 0; n < 200; n++) {
      assert.ok(await ringOf(here.another(), patients[(n * 7) % PATIENTS] as string));
      await here.vault.claimPatient('north', `during ${n}`);
    }
  })();
  const counts = await Promise.all([here, there].map(({ keks }) => rewrapAll({ store, keks }, 'north', former.kekId, null)));
  await reading;
  assert.is((counts[0] as number) + (counts[1] as number), PATIENTS);
  assert.is(await under(store, former.kekId), 0);
});

test.run();
