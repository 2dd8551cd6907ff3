import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { USUAL_PURPOSE } from '../../../adapters/cli/token.js';
import { readConfig } from '../../../adapters/config.js';
import { type Ledger, openLedger } from '../../../adapters/container.js';
import type { Problem } from '../../../adapters/http/problem.js';
import { createLog } from '../../../adapters/log.js';
import { allergy, correction, person } from '../../commands/desk.js';

export { allergy, correction, person };

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an answer by what it asserts.
  readonly json: any;
}

export interface Named {
  readonly tenant?: string;
  readonly purpose?: string;
}

type Body = string | Buffer | object;

/** A whole ledger in this process, on a folder of its own, spoken to without a socket. */
export class House {
  constructor(
    readonly ledger: Ledger,
    readonly dataDir: string,
  ) {}

  static async open(dataDir: string = mkdtempSync(join(tmpdir(), 'house-')), env: Readonly<Record<string, string>> = {}): Promise<House> {
    const config = readConfig({ DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'silent', CHANGE_CONTROL: 'one-person', ...env });
    return new House(await openLedger(config, createLog('silent')), dataDir);
  }

  /** With a source that has registered a patient. */
  static async withPatient(): Promise<{ house: House; ehr: string; patientId: string }> {
    const house = await House.open();
    const ehr = await house.source('ehr');
    const { patientId } = await house.done('register-patient', { resource: person(), sourceRecordId: 'p1' }, ehr);
    return { house, ehr, patientId };
  }

  async close(): Promise<void> {
    await this.ledger.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  async token(role: string, subject = `${role}-1`, { tenant = 'acme', purpose }: Named = {}): Promise<string> {
    const request = { tenant, subject, roles: [role], purpose: purpose ?? USUAL_PURPOSE[role] ?? 'TREAT', organization: null, mfa: false, ttlSeconds: 600 };
    return `Bearer ${await this.ledger.issuer.sign(request)}`;
  }

  async ask(
    method: 'GET' | 'POST' | 'PUT' | 'HEAD',
    url: string,
    authorization: string | null,
    headers: Record<string, string> = {},
    body?: Body,
  ): Promise<Answer> {
    const payload = body === undefined ? {} : { payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body) };
    const response = await this.ledger.app.inject({ method, url, headers: { ...(authorization === null ? {} : { authorization }), ...headers }, ...payload });
    const text = response.payload;
    const isJson = /json/.test(String(response.headers['content-type'])) && !/ndjson/.test(String(response.headers['content-type']));
    return { status: response.statusCode, headers: response.headers, text, json: isJson && text !== '' ? JSON.parse(text) : undefined };
  }

  get(url: string, authorization: string | null, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask('GET', url, authorization, headers);
  }

  command(name: string, body: Body, authorization: string | null, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask('POST', `/v1/commands/${name}`, authorization, { 'content-type': 'application/json', ...headers }, body);
  }

  async bulk(
    lines: readonly (object | string)[] | Buffer,
    authorization: string | null,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; lines: Answer['json'][]; problem: Problem }> {
    const body = Buffer.isBuffer(lines) ? lines : lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
    const answer = await this.ask('POST', '/v1/commands', authorization, { 'content-type': 'application/x-ndjson', ...headers }, body);
    return { status: answer.status, problem: answer.json, lines: linesOf(answer.text) };
  }

  /** A command that has to succeed; answers its receipt. */
  async done(name: string, body: object, authorization: string): Promise<Answer['json']> {
    const answer = await this.command(name, body, authorization);
    if (answer.status > 201) throw new Error(answer.text);
    return answer.json;
  }

  /** Registers a source and gives its token. */
  async source(sourceId: string, tenant = 'acme'): Promise<string> {
    await this.done('register-source', { sourceId, displayName: sourceId, kind: 'ehr' }, await this.token('steward', 'steward-1', { tenant }));
    return this.token('source', sourceId, { tenant });
  }

  /** Accesses on record for a tenant, as the auditor reads them. */
  async accesses(tenant = 'acme'): Promise<Answer['json'][]> {
    const page = await this.ledger.services.store.readAll({ after: null, limit: 10_000, types: ['access-recorded'] });
    return page.events.filter(({ event }) => event.tenant === tenant).map(({ event }) => event);
  }
}

export function linesOf(text: string): Answer['json'][] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
