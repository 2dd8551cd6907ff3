import { writeFileSync } from 'node:fs';
import { packageRoot } from '../../adapters/package-root.js';
import type { Json } from '../support/client.js';
import { LedgerClient } from '../support/client.js';
import { LedgerServer } from '../support/server.js';
import { ADDRESSES, ALLERGIES, MEDICATIONS, NO_DRUG_ALLERGY, patientOf, SOURCES } from './five-sources.js';

/**
 * `npm run story`: an allergy, a medication and an address over five sources, told by `replay --explain` at six moments, with
 * a designation, a dispute, a settlement, a correction that reopens it, a merge and an unmerge. `--write` puts what was
 * printed into docs/story.md; with EVENTSTORE_URL, on an empty one, the log is there. Protected changes take two people, as in production.
 */
const pages: string[] = [];
const tell = (text: string) => {
  pages.push(text);
  process.stdout.write(`${text}\n`);
};

class Hospital {
  readonly #tokens = new Map<string, string>();

  private constructor(
    readonly server: LedgerServer,
    readonly client: LedgerClient,
  ) {}

  static async open(): Promise<Hospital> {
    const { EVENTSTORE_URL } = process.env;
    const store = EVENTSTORE_URL === undefined ? {} : { EVENTSTORE_URL };
    const server = await LedgerServer.start({ env: { CHANGE_CONTROL: 'four-eyes', ...store } });
    return new Hospital(server, new LedgerClient(server.url));
  }

  async token(subject: string, role: string): Promise<string> {
    const known = this.#tokens.get(`${subject}/${role}`) ?? (await this.server.token(subject, role));
    this.#tokens.set(`${subject}/${role}`, known);
    return known;
  }

  async send(subject: string, role: string, command: string, body: Json): Promise<Json> {
    const reply = await this.client.send(`/v1/commands/${command}`, {
      method: 'POST',
      token: await this.token(subject, role),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (reply.status !== 200 && reply.status !== 201) throw new Error(`${command}: ${reply.status} ${reply.text}`);
    return reply.json;
  }

  /** One steward proposes, another person approves: the change takes effect with the approval. */
  async agreed(command: string, body: Json, reason: string): Promise<Json> {
    const { changeId } = await this.send('steward-1', 'steward', 'propose-change', { command, body, reason });
    return this.send('officer-1', 'privacy-officer', 'approve-change', { changeId });
  }

  async facts(patientId: string, category: string, position: string): Promise<Json[]> {
    const headers = { 'minimum-position': position };
    const reply = await this.client.send(`/v1/patients/${patientId}/record?category=${category}`, {
      method: 'GET',
      token: await this.token('dr-1', 'clinician'),
      headers,
    });
    return reply.json.facts;
  }

  async moment(title: string, what: string, patientId: string, position: string): Promise<void> {
    tell(`\n## ${title}\n${what}`);
    await this.facts(patientId, 'allergies', position);
    for (const category of ['allergies', 'medications', 'demographics']) {
      const args = ['replay', '--tenant', 'demo', '--patient', patientId, '--category', category, '--known-at', position, '--explain'];
      const { stdout, code, stderr } = await this.server.run(...args);
      if (code !== 0) throw new Error(stderr);
      const told = stdout
        .split('\n\n')
        .slice(1)
        .filter((fact) => category !== 'demographics' || /^demographics \/ address|address/.test(fact.split('\n')[0] ?? ''));
      tell(`\n\`clinical-ledger ${args.map((arg) => (arg === patientId ? 'PATIENT' : arg)).join(' ')}\`\n\n\`\`\`text\n${told.join('\n\n').trim()}\n\`\`\``);
    }
  }
}

/** What the telling claims has to be so. */
function must(holds: boolean, words: string): void {
  if (!holds) throw new Error(`the story broke: ${words}`);
}

async function penicillinOf(patientId: string, position: string): Promise<Json> {
  return (await hospital.facts(patientId, 'allergies', position)).find((fact) => fact.value.source !== 'portal') as Json;
}

function chosenOf(facts: readonly Json[], source: string): { fact: Json; chosen: string; judged: string[] } {
  const fact = facts.find((one) => [one.value, ...one.alternatives].some((statement: Json) => statement.source === source) && one.conflict) as Json;
  const statements = [fact.value, ...fact.alternatives] as Json[];
  return {
    fact,
    chosen: statements.find((statement) => statement.source === source)?.assertionId as string,
    judged: [...new Set(statements.map(({ eventId }) => eventId as string))],
  };
}

const hospital = await Hospital.open();
try {
  tell(
    '# One patient, five sources, six moments\nWhat `npm run story` prints: every line of it comes from a running ledger. Ids and times are those of one run.',
  );
  for (const [sourceId, displayName, kind] of SOURCES) await hospital.send('steward-1', 'steward', 'register-source', { sourceId, displayName, kind });
  const { patientId } = await hospital.send('hospital-ehr', 'source', 'register-patient', {
    sourceRecordId: 'Patient/1',
    resource: patientOf('hospital-ehr', 'MRN-1'),
  });
  const { patientId: other } = await hospital.send('clinic', 'source', 'register-patient', { sourceRecordId: 'pat-77', resource: patientOf('clinic', 'C-77') });
  for (const source of Object.keys(ADDRESSES).filter((name) => name !== 'hospital-ehr' && name !== 'clinic')) {
    await hospital.send(source, 'source', 'update-demographics', { patientId, sourceRecordId: `${source}/1`, resource: patientOf(source, `${source}-1`) });
  }
  let last: Json = {};
  for (const [source, resource] of [...ALLERGIES, ...MEDICATIONS]) {
    const id = source === 'clinic' ? other : patientId;
    last = await hospital.send(source, 'source', 'record-fact', { patientId: id, sourceRecordId: `${resource.resourceType}/1`, sourceVersion: '1', resource });
  }
  last = await hospital.send('portal', 'source', 'record-fact', { patientId, sourceRecordId: 'nka', resource: NO_DRUG_ALLERGY });
  const first = await penicillinOf(patientId, last.position);
  must(first.state === 'open' && first.disputedBy.length === 1, 'an open difference and a dispute');
  await hospital.moment(
    '1. Everybody has spoken, and nobody is believed more',
    'The hospital and the pharmacy know an allergy to penicillin, of different criticality; the patient says on the portal that there is none: a dispute. The clinic has the same person under a number of its own.',
    patientId,
    last.position,
  );
  await hospital.agreed(
    'designate-system-of-record',
    { scope: { category: 'medications' }, sources: ['pharmacy', 'hospital-ehr'], reason: 'The pharmacy dispenses.' },
    'Agreed in the medication board.',
  );
  last = await hospital.agreed(
    'designate-system-of-record',
    { scope: { category: 'demographics', element: 'address' }, sources: ['portal', 'insurer', 'hospital-ehr'], reason: 'Patients know where they live.' },
    'Agreed with registration.',
  );
  await hospital.moment(
    '2. Two people have said whom to believe',
    'The pharmacy for medications, the portal for the address. Allergies are a union: a designation orders them, and hides nothing.',
    patientId,
    last.position,
  );
  const conflict = chosenOf(await hospital.facts(patientId, 'allergies', last.position), 'hospital-ehr');
  last = await hospital.agreed(
    'settle-conflict',
    { patientId, factId: conflict.fact.factId, decision: 'choose', chosen: conflict.chosen, judged: conflict.judged, reason: 'Tested in the hospital.' },
    'The allergist confirmed it.',
  );
  must((await penicillinOf(patientId, last.position)).state === 'settled', 'settled');
  await hospital.moment(
    '3. A steward settles it, and a second person agrees',
    'The criticality that the hospital states is chosen. The dispute with the portal stays open: nobody judged it.',
    patientId,
    last.position,
  );
  const [[, penicillin] = ['', {}]] = ALLERGIES.filter(([source]) => source === 'pharmacy');
  last = await hospital.send('pharmacy', 'source', 'correct-fact', {
    patientId,
    sourceRecordId: 'AllergyIntolerance/1',
    sourceVersion: '2',
    reason: 'correction',
    resource: { ...penicillin, criticality: 'unable-to-assess' },
  });
  must((await penicillinOf(patientId, last.position)).state === 'open', 'open again by itself');
  await hospital.moment(
    '4. The pharmacy corrects itself',
    'A statement that was judged has changed, so that the settlement no longer holds: the conflict is open again by itself.',
    patientId,
    last.position,
  );
  last = await hospital.agreed(
    'merge-patients',
    { survivor: patientId, absorbed: other, reason: 'Same person: seen together with her passport.' },
    'Both records reviewed.',
  );
  must((await penicillinOf(other, last.position)).alternatives.length === 2, 'the facts of both meet, under either id');
  await hospital.moment(
    '5. The two patients are merged',
    "The clinic's allergy, medication and address meet the others, and the clinic's number answers with the survivor.",
    patientId,
    last.position,
  );
  last = await hospital.agreed(
    'unmerge-patients',
    { survivor: patientId, absorbed: other, reason: 'It was her twin sister.' },
    'The clinic sent a photograph.',
  );
  must((await penicillinOf(patientId, last.position)).alternatives.length === 1, 'each is again what it was');
  await hospital.moment('6. The merge was wrong', 'Each is again what it was.', patientId, last.position);
} finally {
  await hospital.server.remove();
  hospital.client.close();
}
if (process.argv.includes('--write')) writeFileSync(new URL('docs/story.md', packageRoot()), `${pages.join('\n').trim()}\n`);
