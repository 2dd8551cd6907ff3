import type { LedgerProcess } from '../bench/ledger-process.js';
import { OBSERVATION, patientText, resourceText, TEMPLATES } from '../support/fixtures-fhir.js';
import type { Book, Sent, SourceRecord } from './book.js';
import { readText, SOURCES, sendCommand, sendLines, type Tokens, WrongAnswer } from './client.js';
import type { Random } from './random.js';

const ALLERGY = TEMPLATES.find(({ category }) => category === 'allergies') ?? OBSERVATION;
/** So few substances that the sources speak of the same facts, and disagree. */
const SUBSTANCES = 6;
const SIDES = ['record', 'record?category=allergies', 'conflicts', 'lineage', 'history', 'accesses'];

export type Kind = 'register' | 'command' | 'bulk' | 'read';

/** One client: sends one thing after the other until the server is gone. Its records are its own. */
export class Actor {
  /** What is under way; null between two things. */
  doing: Kind | null = null;
  readonly #records: SourceRecord[] = [];

  constructor(
    private readonly name: string,
    private readonly random: Random,
    private readonly ledger: LedgerProcess,
    private readonly tokens: Tokens,
    private readonly book: Book,
  ) {}

  /** Resolves when the server has gone. Throws `WrongAnswer`. */
  async run(): Promise<void> {
    while (await this.#step());
  }

  async #step(): Promise<boolean> {
    const dice = this.random.next();
    if (dice < 0.08 || this.book.patients.length === 0) return this.#as('register', () => this.#one(this.#registration()));
    if (dice < 0.2) return this.#as('bulk', () => this.#bulk());
    if (dice < 0.32) return this.#as('read', () => this.#read());
    return this.#as('command', () => this.#command(dice));
  }

  async #as(kind: Kind, work: () => Promise<boolean>): Promise<boolean> {
    this.doing = kind;
    const goesOn = await work();
    // What was under way when the server went stays to be counted.
    if (goesOn) this.doing = null;
    return goesOn;
  }

  async #one(sent: Sent): Promise<boolean> {
    return (await sendCommand(this.ledger, this.tokens, this.book, sent)) !== null;
  }

  #registration(): Sent {
    const id = `${this.name}-${this.book.number++}`;
    const body = `{"resource":${patientText(id)},"sourceRecordId":"p-${id}"}`;
    return this.book.send({ name: 'register-patient', source: this.random.pick(SOURCES), body, idempotencyKey: this.#key(), patientId: null });
  }

  async #command(dice: number): Promise<boolean> {
    const live = this.#records.filter(({ retracted }) => !retracted);
    const record = live.length > 0 && dice > 0.6 ? this.random.pick(live) : null;
    if (record === null) return this.#one(this.#fresh(this.random.pick(SOURCES)));
    if (dice > 0.92) return this.#retract(record);
    return dice > 0.76 ? this.#correct(record) : this.#newVersion(record);
  }

  #fresh(source: string): Sent {
    const sourceRecordId = `${this.name}-${this.book.number++}`;
    const record = {
      source,
      patientId: this.random.pick(this.book.patients),
      sourceRecordId,
      code: this.random.between(0, SUBSTANCES - 1),
      version: 1,
      retracted: false,
    };
    this.#records.push(record);
    return this.#state('record-fact', record, `"sourceVersion":"1",`);
  }

  #newVersion(record: SourceRecord): Promise<boolean> {
    record.version += 1;
    return this.#one(this.#state('record-fact', record, `"sourceVersion":"${record.version}",`));
  }

  #correct(record: SourceRecord): Promise<boolean> {
    return this.#one(this.#state('correct-fact', record, '"reason":"correction",'));
  }

  #retract(record: SourceRecord): Promise<boolean> {
    record.retracted = true;
    const { source, patientId, sourceRecordId } = record;
    const body = `{"patientId":"${patientId}","sourceRecordId":"${sourceRecordId}","reason":"entered-in-error"}`;
    return this.#one(this.book.send({ name: 'retract-fact', source, body, idempotencyKey: this.#key(), patientId }));
  }

  /** Each statement has words of its own, so that a repeat of it can be told from another. */
  #state(name: string, { source, patientId, sourceRecordId, code }: SourceRecord, more: string): Sent {
    const number = this.book.number++;
    const template = code % 2 === 0 ? ALLERGY : OBSERVATION;
    const resource = resourceText(template, code, { note: `said ${number}` });
    const body = `{"patientId":"${patientId}","sourceRecordId":"${sourceRecordId}",${more}"resource":${resource}}`;
    return this.book.send({ name, source, body, idempotencyKey: this.#key(), patientId });
  }

  async #bulk(): Promise<boolean> {
    const source = this.random.pick(SOURCES);
    const lines = Array.from({ length: this.random.between(5, 40) }, () => this.#fresh(source));
    return sendLines(this.ledger, this.tokens, this.book, lines);
  }

  async #read(): Promise<boolean> {
    const path = `/v1/patients/${this.random.pick(this.book.patients)}/${this.random.pick(SIDES)}`;
    return (await readText(this.ledger, this.tokens.privacy, path, this.book)) !== null;
  }

  #key(): string | null {
    return this.random.chance(0.5) ? `${this.name}-key-${this.book.number++}` : null;
  }
}

/** Sources, one designation and a few patients, so that the first round has something to work on. */
export async function setUp(ledger: LedgerProcess, tokens: Tokens, book: Book): Promise<void> {
  const steward = (name: string, body: unknown): Sent =>
    book.send({ name, source: 'steward', body: JSON.stringify(body), idempotencyKey: null, patientId: null });
  const commands = [
    ...SOURCES.map((sourceId) => steward('register-source', { sourceId, displayName: sourceId.toUpperCase(), kind: sourceId })),
    steward('designate-system-of-record', { scope: { category: 'allergies' }, sources: ['pharmacy', 'ehr'], reason: 'a pharmacist reconciles' }),
    ...[1, 2, 3].map((n) =>
      book.send({
        name: 'register-patient',
        source: 'ehr',
        body: `{"resource":${patientText(`first-${n}`)},"sourceRecordId":"first-${n}"}`,
        idempotencyKey: null,
        patientId: null,
      }),
    ),
  ];
  for (const sent of commands) if ((await sendCommand(ledger, tokens, book, sent)) === null) throw new WrongAnswer(`${sent.name} got no answer`);
}
