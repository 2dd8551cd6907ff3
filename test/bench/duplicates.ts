import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedReadModels } from '../../adapters/embedded/read-models.js';
import type { FhirResource } from '../../domain/identity/resource.js';
import { type Blinded, blinded } from '../../domain/matching/blinded.js';
import { candidatesProjection } from '../../projections/candidates.js';
import { CandidateReader } from '../../projections/candidates-reader.js';
import { PageRows } from '../../projections/page-rows.js';
import type { ReadModels } from '../../projections/ports.js';
import type { LedgerEvent, Recorded } from '../../schemas/catalogue.js';
import { Chance, patient, type Said } from '../domain/matching/people.js';
import { eventOf } from '../support/events.js';
import { Latencies } from '../support/load-generator.js';
import { ringFrom } from '../support/vault.js';
import type { BenchOptions } from './options.js';
import type { Report } from './report.js';
import { rssMiB } from './usage.js';

const PATIENTS = 100_000;
const PAGE_EVENTS = 50;
const SEARCHES = 2000;
const MODEL = 'candidates';

/** A look for one new patient among many, on the rows that the projection made; half of those looked for are there, written otherwise. */
export async function benchDuplicates(_options: BenchOptions, report: Report): Promise<void> {
  report.begin('duplicates', `search for one new patient among ${PATIENTS.toLocaleString('en')}: tokens made, blocks read, records compared; embedded rows`);
  const folder = mkdtempSync(join(tmpdir(), 'ledger-duplicates-'));
  const models = new EmbeddedReadModels(folder);
  const owner = { tenant: 'bench', owner: 'tenant', keyId: randomUUID(), generation: 1 };
  const ring = ringFrom(owner, new Uint8Array(randomBytes(32)));
  const blind = (resource: FhirResource): Blinded => blinded(resource, (text) => ring.blind('match', text));
  const town = new Town(7);
  const people = Array.from({ length: PATIENTS }, () => town.person());
  await fill(
    report,
    models,
    people.map((said) => () => blind(patient(said))),
  );
  report.figure('rows on the disk, each patient', statSync(join(folder, `${MODEL}.1.db`)).size / PATIENTS, 'B');

  const reader = new CandidateReader(models);
  const times = new Latencies();
  let found = 0;
  for (let n = 0; n < SEARCHES; n++) {
    const said = n % 2 === 0 ? town.person() : town.otherwise(people[town.below(PATIENTS)] as Said);
    const began = performance.now();
    const [first] = await reader.duplicatesOf('bench', blind(patient(said)), 10);
    times.add(performance.now() - began);
    if (n % 2 === 1 && first !== undefined) found += 1;
  }
  const { p50Ms, p99Ms, maxMs } = times.summary();
  report.figure('search, p50', p50Ms, 'ms');
  report.figure('search, p99', p99Ms, 'ms', { below: 20 });
  report.figure('search, slowest', maxMs, 'ms');
  report.figure('of those who are there, found', found / (SEARCHES / 2), '');
  await models.close();
  rmSync(folder, { recursive: true });
}

/** One registration after another, as the projection applies them. */
async function fill(report: Report, models: ReadModels, people: readonly (() => Blinded)[]): Promise<void> {
  const tokens = new WeakMap<LedgerEvent, Blinded>();
  const projection = candidatesProjection((event) => tokens.get(event));
  const generation = await models.begin(MODEL);
  await models.activate(MODEL, generation);
  const fence = (await models.lease(MODEL, generation, 'bench', 60_000)) as number;
  const spent = { tokens: 0, rows: 0 };
  const slowest = new Latencies();
  for (let from = 0; from < people.length; from += PAGE_EVENTS) {
    const began = performance.now();
    const page = people.slice(from, from + PAGE_EVENTS).map((make, at): Recorded => {
      const event = eventOf('patient-registered', { tenant: 'bench', source: { id: 'ehr', recordKey: `record-${from + at}`.padEnd(22, '-') } });
      tokens.set(event, make());
      return { event, revision: 0, position: String(from + at + 1) };
    });
    const made = performance.now();
    const rows = await PageRows.fetch(models, projection, generation, page, (left, right) => Number(left) - Number(right));
    const applying = performance.now();
    for (const recorded of page) rows.change(projection.apply(recorded, rows), recorded.position);
    slowest.add(performance.now() - applying);
    await models.save(MODEL, generation, fence, {
      ...rows.changes(),
      checkpoint: { position: String(from + page.length), events: from + page.length, version: 1 },
    });
    spent.tokens += made - began;
    spent.rows += performance.now() - made;
  }
  report.figure('one registration made to tokens', (spent.tokens * 1000) / people.length, 'us');
  report.figure('one registration compared and saved', (spent.rows * 1000) / people.length, 'us');
  report.figure(`a page of ${PAGE_EVENTS} compared in one go, p99`, slowest.summary().p99Ms, 'ms');
  report.figure('RSS', rssMiB(process.pid), 'MiB');
}

const SYLLABLES =
  'ba be bi bo da de di do fa fe ga go ha hi ka ke ki la le li lo ma me mi mo na ne ni no pa pe ra re ri ro sa se si so ta te ti to va ve vi'.split(' ');

/** Names are shared as they are among people: a few by many, most by few. */
class Town extends Chance {
  readonly #given = this.#names(800, 2);
  readonly #surnames = this.#names(8000, 3);
  readonly #streets = this.#names(4000, 3);

  override person(sex = this.sex()): ReturnType<Chance['person']> {
    const place = this.below(60);
    const street = `${1 + this.below(150)} ${this.#often(this.#streets)} Street`;
    const home = { street, city: `Town${'abcdefghijklmnopqrstuvwxyz'[place % 26]}${place % 3}`, postCode: String(20_000 + place) };
    return { given: this.#often(this.#given), surname: this.#often(this.#surnames), sex, birthDate: this.date(1930, 90), phone: this.phone(), ...home };
  }

  /** The same person, as another source has them: a letter wrong, and either moved or with day and month swapped. */
  otherwise(said: Said): Said {
    const { surname = '', birthDate = '' } = said;
    const [year, month, day] = birthDate.split('-') as [string, string, string];
    const mistyped = `${surname.slice(0, 2)}x${surname.slice(3)}`;
    return this.below(2) === 0
      ? { ...said, surname: mistyped, phone: this.phone() }
      : { ...said, birthDate: Number(day) <= 12 ? `${year}-${day}-${month}` : birthDate };
  }

  #names(count: number, syllables: number): string[] {
    return Array.from({ length: count }, () => Array.from({ length: syllables }, () => this.of(SYLLABLES)).join(''));
  }

  #often(names: readonly string[]): string {
    return names[Math.floor(names.length * (this.below(1_000_000) / 1_000_000) ** 2.2)] as string;
  }
}
