import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { WrappedSecret } from '../../../adapters/keys/key-store.js';
import { LedgerFault } from '../../../domain/rejections.js';
import type { Recorded } from '../../../schemas/catalogue.js';
import { eventsOf, officer, ordered, removeFolders, type World, world } from '../../support/quarantining.js';

const test = suite('erasing where something is damaged');
test.after(removeFolders);

/** The event with one byte of its content changed, and whoever reads the log from now on reads it so. */
function damage({ store }: World, eventId: string): void {
  const damaged = (recorded: Recorded): Recorded => {
    const [part, ...rest] = recorded.event.sealed;
    if (recorded.event.id !== eventId || part === undefined) return recorded;
    return { ...recorded, event: { ...recorded.event, sealed: [{ ...part, box: part.box.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')) }, ...rest] } };
  };
  const [readAll, readStream] = [store.readAll.bind(store), store.readStream.bind(store)];
  store.readAll = async (options) => {
    const page = await readAll(options);
    return { ...page, events: page.events.map(damaged) };
  };
  store.readStream = async (stream, options) => (await readStream(stream, options)).map(damaged);
}

test('nobody is kept from being erased by a line, a statement or a key that is damaged', async () => {
  const lines = await world();
  await lines.keep(`{"patientId":"${lines.patientId}"`);
  await lines.keep('{"mrn":"MRN-77123409"');
  damage(lines, ((await eventsOf(lines, 'input-quarantined'))[0] as Recorded).event.id);
  const found = (await ordered(lines)).event.data.quarantine;
  assert.equal([found?.inputs.length, found?.unattributed], [1, 1]);

  const statement = await world();
  await statement.keep(`{"patientId":"${statement.patientId}"`);
  await statement.keep('{"mrn":"MRN-77123409"');
  damage(statement, ((await eventsOf(statement, 'patient-registered'))[0] as Recorded).event.id);
  const byId = (await ordered(statement)).event.data.quarantine;
  assert.equal([byId?.inputs.length, byId?.unattributed], [1, 1], 'the id tells, and what the statement said does not');

  const key = await world();
  const { store, keys } = key.vault;
  const [secret] = (await store.secrets('acme', key.patientId)) as [WrappedSecret];
  await store.rewrap([{ ...secret, fromKekId: secret.kekId, wrapped: 'AAAA', state: null }]);
  keys.forget('acme', key.patientId);
  assert.is((await ordered(key)).event.data.quarantine, null);
});

test('a store that fails while lines are looked through is no answer', async () => {
  for (const fails of ['secrets of lines', 'content'] as const) {
    const here = await world();
    await here.keep('{"mrn":"MRN-77123409"');
    const secrets = here.vault.store.secrets.bind(here.vault.store);
    if (fails === 'secrets of lines')
      here.vault.store.secrets = (tenant, owner) => (owner.startsWith('input/') ? Promise.reject(new LedgerFault('keys-unavailable')) : secrets(tenant, owner));
    else {
      const { patientId, vault } = here;
      const ring = vault.keys.usedBy.bind(vault.keys);
      vault.keys.usedBy = (user) => ({
        ...ring(user),
        patientRing: async (tenant, owner, read) => {
          const found = await ring(user).patientRing(tenant, owner, read);
          if (owner === patientId && user.reason === 'erase-patient') vault.keys.forget(tenant, owner);
          return found;
        },
      });
    }
    const body = { patientId: here.patientId, ground: 'unlawful-processing', requestedBy: 'patient', reason: 'r' };
    const fault = await here.desk.send(officer, 'erase-patient', body).catch(({ code }: LedgerFault) => code);
    assert.is(fault, 'keys-unavailable', fails);
    assert.equal(await eventsOf(here, 'erasure-ordered'), []);
  }
});

test.run();
