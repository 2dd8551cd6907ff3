import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Pkcs11Root } from '../../../adapters/pkcs11/pkcs11-root.js';
import { allergy, Town, until } from '../../end-to-end/town.js';
import { LABEL, type SoftToken, softHsm } from '../../support/softhsm.js';

/** After kill -9, a projection's lease has to run out first. */
const WITHIN_MS = 40_000;

const hsm = await softHsm('a ledger with its root key in an HSM');
if (hsm !== undefined) {
  const test = suite<{ token: SoftToken; env: Record<string, string>; town: Town }>('a ledger with its root key in an HSM');

  test.before.each(async (context) => {
    const token = hsm.token();
    const { library, pinFile } = token.options;
    const env = { KEY_PROVIDER: 'pkcs11', PKCS11_MODULE: library, PKCS11_TOKEN_LABEL: LABEL, PKCS11_PIN_FILE: pinFile, SOFTHSM2_CONF: token.configuration };
    Object.assign(context, { token, env, town: await Town.open(env) });
  });
  test.after.each(async ({ token, town }) => {
    await town.close();
    token.drop();
  });

  async function seal(town: Town, source: string, note: string): Promise<string> {
    const patient = await town.patient(`p-${note}`, { name: [{ family: note }] }, source);
    const body = { patientId: patient, sourceRecordId: `a-${note}`, resource: { ...allergy('high'), note: [{ text: note }] } };
    const { status, text } = await town.client.command('record-fact', town.token(source), body);
    assert.is(status, 201, text);
    return patient;
  }

  async function opens(town: Town, reader: string, patient: string, note: string): Promise<boolean> {
    const { text } = await town.client.get(`/v1/patients/${patient}/record`, town.token(reader));
    return text.includes(note);
  }

  test('seals, lives through a rotation of the root key, kill -9 and a restart, and opens everything', async ({ token, env, town }) => {
    const before = await seal(town, 'ehr', 'Sealed-before');
    const root = await Pkcs11Root.open(token.options);
    const former = await root.currentId();
    const current = await root.rotate();
    const after = await seal(town, 'otherSource', 'Sealed-after');
    await town.server.stop('SIGKILL');
    await town.restart(env);
    await until(() => opens(town, 'clinician', before, 'Sealed-before'), 'what was sealed before opens', WITHIN_MS);
    await until(() => opens(town, 'otherClinician', after, 'Sealed-after'), 'what was sealed after opens', WITHIN_MS);
    assert.equal(
      (await root.list()).map(({ rootId }) => rootId),
      [former, current],
    );
    await root.close();
    assert.not.match(town.server.output, /Sealed|4711/);
  });

  test('an HSM that goes away is a clear refusal, never a wrong answer, and all is well when it is back', async ({ token, town }) => {
    const patient = await seal(town, 'ehr', 'Sealed-here');
    await until(() => opens(town, 'clinician', patient, 'Sealed-here'), 'the record is there', WITHIN_MS);
    token.leave();
    const newcomer = await town.server.token('steward-9', 'steward', { tenant: 'newcomer' });
    const register = () => town.client.command('register-source', newcomer, { sourceId: 'ehr', displayName: 'ehr', kind: 'other' });
    const refused = await register();
    assert.equal([refused.status, refused.json.code], [503, 'keys-unavailable']);
    assert.ok(await opens(town, 'clinician', patient, 'Sealed-here'), 'what was unwrapped before serves on');
    token.comeBack();
    await until(async () => (await register()).status === 201, 'sources are registered again', WITHIN_MS);
    assert.ok(await opens(town, 'clinician', patient, 'Sealed-here'));
  });

  test.run();
}
