import { LedgerClient } from '../support/client.js';
import { LedgerServer } from '../support/server.js';

const SOURCES = ['ehr', 'lis', 'pharmacy'] as const;

/** A running ledger with three source systems in tenant `demo` and one in tenant `other`, and tokens of everybody. */
export class Town {
  client: LedgerClient;

  private constructor(
    public server: LedgerServer,
    readonly tokens: Readonly<Record<string, string>>,
  ) {
    this.client = new LedgerClient(server.url);
  }

  static async open(env: Readonly<Record<string, string>> = {}): Promise<Town> {
    const server = await LedgerServer.start({ env });
    const of = (subject: string, role: string, tenant = 'demo') => server.token(subject, role, { tenant });
    const tokens = {
      steward: await of('steward-1', 'steward'),
      clinician: await of('dr-1', 'clinician'),
      officer: await of('officer-1', 'privacy-officer'),
      auditor: await of('auditor-1', 'auditor'),
      consumer: await of('registry-1', 'consumer'),
      otherSteward: await of('steward-1', 'steward', 'other'),
      otherSource: await of('ehr', 'source', 'other'),
      otherClinician: await of('dr-1', 'clinician', 'other'),
      ehr: await of('ehr', 'source'),
      lis: await of('lis', 'source'),
      pharmacy: await of('pharmacy', 'source'),
    };
    const town = new Town(server, tokens);
    for (const source of SOURCES) await town.register(source, tokens.steward);
    await town.register('ehr', tokens.otherSteward);
    return town;
  }

  async register(sourceId: string, steward: string): Promise<void> {
    const { status } = await this.client.command('register-source', steward, { sourceId, displayName: sourceId, kind: 'other' });
    if (status !== 201) throw new Error(`source ${sourceId} was not registered: ${status}`);
  }

  token(name: string): string {
    return this.tokens[name] ?? '';
  }

  /** Makes a patient known and returns their id. */
  async patient(sourceRecordId: string, resource: Readonly<Record<string, unknown>> = {}, source = 'ehr'): Promise<string> {
    const body = { sourceRecordId, resource: { resourceType: 'Patient', ...resource } };
    const { status, json } = await this.client.command('register-patient', this.token(source), body);
    if (status !== 201) throw new Error(`the patient was not registered: ${status} ${json?.code}`);
    return json.patientId as string;
  }

  /** Stops the ledger, starts it again on the same folder, and goes on speaking to it. */
  async restart(env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.server = await this.server.restart(env);
    this.client.close();
    this.client = new LedgerClient(this.server.url);
  }

  async close(): Promise<void> {
    this.client.close();
    await this.server.remove();
  }
}

const clinical = (kind: string, code: string) => ({ coding: [{ system: `http://terminology.hl7.org/CodeSystem/${kind}`, code }] });

export function allergy(criticality: string, patient = 'Patient/p1', code = '91936005') {
  return {
    resourceType: 'AllergyIntolerance',
    clinicalStatus: clinical('allergyintolerance-clinical', 'active'),
    code: { coding: [{ system: 'http://snomed.info/sct', code, display: 'Allergy to penicillin' }] },
    criticality,
    patient: { reference: patient },
  };
}

/** A laboratory result; each number has a minute of its own. */
export function result(number: number, note?: string) {
  return {
    resourceType: 'Observation',
    status: 'final',
    category: [clinical('observation-category', 'laboratory')],
    code: { coding: [{ system: 'http://loinc.org', code: '2339-0' }] },
    subject: { reference: 'Patient/p1' },
    effectiveDateTime: new Date(Date.UTC(2020, 0, 1, 0, number)).toISOString(),
    valueQuantity: { value: 100 + (number % 50), unit: 'mg/dL' },
    ...(note === undefined ? {} : { note: [{ text: note }] }),
  };
}

export async function until(holds: () => Promise<boolean>, words: string, withinMs = 10_000): Promise<void> {
  const began = Date.now();
  while (!(await holds())) {
    if (Date.now() - began > withinMs) throw new Error(`waited in vain: ${words}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
