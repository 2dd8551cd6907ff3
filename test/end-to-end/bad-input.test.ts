import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DevelopmentIssuer } from '../../adapters/auth/development-issuer.js';
import type { Reply } from '../support/client.js';
import { allergy, Town } from './town.js';

const test = suite('bad input to a running ledger');
const PHI = 'Qzphi-3c9a-Featherstone';
let town: Town;
let patientId: string;
let otherPatientId: string;

test.before(async () => {
  town = await Town.open();
  patientId = await town.patient('bad-1', { name: [{ family: PHI }] });
  const { json } = await town.client.command('register-patient', town.token('otherSource'), { sourceRecordId: 'o-1', resource: { resourceType: 'Patient' } });
  otherPatientId = json.patientId;
});
test.after(() => town.close());

const fact = (resource: unknown, more: Readonly<Record<string, unknown>> = {}) => ({ patientId, sourceRecordId: `${PHI}-id`, resource, ...more });
const noted = (more: Readonly<Record<string, unknown>>) => ({ ...allergy('high'), note: [{ text: PHI }], ...more });

/** Every refusal has its code, its status, words that say what to do, an id to ask about, and nothing of the input. */
function refused(reply: Reply, status: number, code: string): void {
  assert.is(reply.status, status, `${code}: ${reply.text}`);
  assert.is(reply.json.code, code);
  assert.is(reply.json.status, status);
  assert.match(reply.headers['content-type'] ?? '', /^application\/problem\+json/);
  assert.ok(reply.json.detail.length > 10 && reply.json.remedy.length > 10);
  assert.match(reply.json.correlationId, /^[0-9a-f-]{36}$/);
  assert.not.match(reply.text + JSON.stringify(reply.headers), PHI);
}

const send = (body: unknown, name = 'record-fact', token = town.token('ehr')) => town.client.command(name, token, body);

test('what is no JSON, or JSON that two readers would read differently, is refused', async () => {
  const text = JSON.stringify(fact(noted({})));
  refused(await send(text.slice(0, -1)), 400, 'invalid-json');
  refused(await send(`[${text}]`), 400, 'invalid-json');
  refused(await send(''), 400, 'invalid-json');
  refused(await send(text.replace('"high"', '"high","criticality":"low"')), 400, 'duplicate-member');
  refused(await send(text.replace('{"patientId"', '{"sourceRecordId":"x","patientId"')), 400, 'duplicate-member');
  refused(await send(text.replace('"note"', '"__proto__":{"polluted":true},"note"')), 400, 'invalid-text');
  refused(await send(text.replace(PHI, `${PHI}\\u0000`)), 400, 'invalid-text');
  refused(await send(text.replace(PHI, `${PHI}\\ud800`)), 400, 'invalid-text');
  refused(await send(Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from([0xff, 0xfe]), Buffer.from('}')])), 400, 'invalid-text');
});

test('what is too deep or too large is refused, and the ledger goes on', async () => {
  const deep = `${'{"extension":['.repeat(80)}{}${']}'.repeat(80)}`;
  refused(await send(`{"patientId":"${patientId}","sourceRecordId":"${PHI}","resource":{"resourceType":"Basic","x":${deep}}}`), 400, 'too-deep');
  refused(await send(JSON.stringify(fact(noted({ text: { status: 'generated', div: 'x'.repeat(10 * 1024 * 1024) } })))), 413, 'too-large');
  assert.is((await town.client.get('/health/live', null)).status, 200);
});

test('what does not fit the schema of the command or FHIR R4 is refused, with the place and without the value', async () => {
  const unknown = await send(fact(noted({}), { [PHI]: 1 }));
  refused(unknown, 422, 'invalid-command');
  assert.equal(unknown.json.errors, [{ pointer: '', rule: 'unknown-member' }]);
  refused(await send(fact(noted({}), { sourceRecordId: 7 })), 422, 'invalid-command');
  refused(await send(fact(noted({}), { patientId: PHI })), 422, 'invalid-command');
  refused(await send({ patientId, sourceRecordId: 'x' }), 422, 'invalid-command');
  refused(await send(fact(noted({ criticality: PHI }))), 422, 'invalid-resource');
  refused(await send(fact(noted({ code: PHI }))), 422, 'invalid-resource');
  refused(await send(fact(noted({ [PHI]: true }))), 422, 'invalid-resource');
  refused(await send(fact(noted({ resourceType: 'Zebra' }))), 422, 'invalid-resource');
  refused(await send(fact({ resourceType: 'Patient' })), 422, 'unsupported-resource');
  refused(await send({ sourceRecordId: PHI, resource: allergy('high') }, 'register-patient'), 422, 'unsupported-resource');
});

test('dates that do not exist or cannot be are refused', async () => {
  const dated = (effectiveDateTime: string) => ({ resourceType: 'Observation', status: 'final', code: { text: PHI }, effectiveDateTime });
  refused(await send(fact(dated('2023-02-30'))), 422, 'invalid-resource');
  refused(await send(fact(dated('0004-01-01'))), 422, 'invalid-date');
  refused(await send(fact(dated('9999-12-31'))), 422, 'invalid-date');
  refused(await send(fact(dated('yesterday'))), 422, 'invalid-resource');
  refused(await send(fact(noted({}), { effectiveAt: '2024-13-01T00:00:00Z' })), 422, 'invalid-command');
});

test('a patient who is unknown, or another tenant has, looks the same', async () => {
  const unknown = await send(fact(allergy('high'), { patientId: '00000000-0000-4000-8000-000000000001' }));
  const foreign = await send(fact(allergy('high'), { patientId: otherPatientId }));
  refused(unknown, 404, 'unknown-patient');
  refused(foreign, 404, 'unknown-patient');
  assert.equal({ ...foreign.json, correlationId: '' }, { ...unknown.json, correlationId: '' });
  refused(await send(fact(allergy('high'), { patientId: undefined, identifier: { system: 'urn:x', value: PHI } })), 404, 'unknown-patient');
  refused(await send({ sourceRecordId: PHI, resource: allergy('high') }), 422, 'patient-required');
  for (const side of ['record', 'history', 'lineage', 'conflicts']) {
    refused(await town.client.get(`/v1/patients/${otherPatientId}/${side}`, town.token('clinician')), 404, 'unknown-patient');
    refused(await town.client.get(`/v1/patients/${PHI}/${side}`, town.token('clinician')), 404, 'unknown-patient');
  }
});

test('a source that is suspended, unknown, or no source at all may not write', async () => {
  await town.register('gateway', town.token('steward'));
  const gateway = await town.server.token('gateway', 'source');
  assert.is((await send({ sourceId: 'gateway', reason: 'sends nonsense' }, 'suspend-source', town.token('steward'))).status, 201);
  refused(await send(fact(noted({})), 'record-fact', gateway), 403, 'source-suspended');
  refused(await send(fact(noted({})), 'record-fact', await town.server.token('nobody', 'source')), 403, 'unknown-source');
  refused(await send(fact(noted({})), 'record-fact', town.token('clinician')), 403, 'not-permitted');
  refused(await send({ sourceId: 'x', displayName: 'x', kind: 'other' }, 'register-source', town.token('ehr')), 403, 'not-permitted');
});

test('a token of another issuer, or a broken one, is nobody', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'issuer-'));
  const foreign = await (await DevelopmentIssuer.open(join(folder, 'issuer.json'))).sign({
    tenant: 'demo',
    subject: 'ehr',
    roles: ['source'],
    purpose: 'TREAT',
    organization: null,
    mfa: false,
    ttlSeconds: 600,
  });
  rmSync(folder, { recursive: true });
  const own = town.token('ehr');
  const [head = '', , signature = ''] = own.split('.');
  const forged = `${head}.${Buffer.from(JSON.stringify({ sub: 'ehr', tenant: 'other', roles: ['source'], purpose: 'TREAT', exp: 9e9 })).toString('base64url')}.${signature}`;
  for (const token of [foreign, forged, `${own}x`, PHI]) {
    const reply = await send(fact(noted({})), 'record-fact', token);
    refused(reply, 401, 'not-authenticated');
    assert.is(reply.headers['www-authenticate'], 'Bearer');
  }
  refused(await town.client.get(`/v1/patients/${patientId}/record`, null), 401, 'not-authenticated');
});

test('addresses, methods, media types and parameters that do not exist are refused without being repeated', async () => {
  refused(await town.client.get(`/v1/${PHI}`, town.token('clinician')), 404, 'unknown-route');
  refused(await send(fact(noted({})), PHI), 404, 'unknown-command');
  refused(await town.client.get(`/v1/patients/${patientId}/record?${PHI}=1`, town.token('clinician')), 400, 'invalid-parameter');
  refused(await town.client.get(`/v1/patients/${patientId}/record?validAt=${PHI}`, town.token('clinician')), 400, 'invalid-parameter');
  refused(await town.client.get(`/v1/patients/${patientId}/record?cursor=${PHI}`, town.token('clinician')), 400, 'invalid-cursor');
  refused(await town.client.get(`/v1/feeds/${PHI}`, town.token('consumer')), 404, 'unknown-feed');
  const xml = await town.client.command('record-fact', town.token('ehr'), `<x>${PHI}</x>`, { 'content-type': 'application/xml' });
  refused(xml, 415, 'unsupported-media-type');
  refused(await town.client.command('record-fact', town.token('ehr'), fact(noted({})), { 'if-match': PHI }), 400, 'invalid-parameter');
});

test('nothing of all this was recorded, and none of it is in the log', async () => {
  const { json } = await town.client.get(`/v1/patients/${patientId}/history`, town.token('clinician'));
  assert.is(json.history.length, 1);
  assert.not.match(town.server.output, PHI);
});

test.run();
