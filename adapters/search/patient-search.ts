import type { EventReader } from '../../domain/log.js';
import { LedgerFault } from '../../domain/rejections.js';
import type { IndexKey, Vault } from '../../domain/rings.js';
import { CRITERIA, type Criteria, type Criterion, matchedOn, soughtBy } from '../../domain/search/criteria.js';
import { entriesOf, isExact, type SearchField, type Sought, tokenOf } from '../../domain/search/fields.js';
import { type PhoneReader, type Searchable, searchableOf } from '../../domain/search/searchable.js';
import {
  type IndexedVersion,
  PATIENTS_VERSION,
  type PatientRow,
  type PopulationRow,
  populationKey,
  searchIndex,
  versionsOf,
} from '../../projections/patients.js';
import type { ReadModels } from '../../projections/ports.js';

import { openPatient } from './open-patient.js';

const MODEL = 'patients';
/** Patients who are opened for one search. Beyond these it is no search for somebody: the answer says that it is not whole. */
const OPENED_AT_MOST = 600;
const OPENED_AT_ONCE = 16;

export interface Match {
  readonly patientId: string;
  readonly matchedOn: readonly Criterion[];
}

export interface Matches {
  /** Who meets most of the criteria first. */
  readonly matches: readonly Match[];
  /** How many sealed parts were opened to tell the found from strangers who share their entries. */
  readonly opened: number;
  /** False when somebody may be missing: more patients share the entries than are looked at or shown, a record is damaged, or the index is being made anew. */
  readonly complete: boolean;
}

interface Judged {
  readonly match: Match;
  readonly parts: number;
  /** False when something of what is said of the patient is damaged, or not where it should be. */
  readonly readable: boolean;
}

interface Hit {
  readonly key: string;
  readonly fields: ReadonlySet<SearchField>;
}

/**
 * Finds patients by what is known of them. The index leads to whoever shares an entry; where an entry was cut short, that may be strangers, so
 * what sources say of each is opened and held against what was asked. Entries are looked up under every generation of the
 * index key, so that nobody is missed while the index is made anew under the next.
 */
export class PatientSearch {
  constructor(private readonly deps: { readonly models: ReadModels; readonly store: EventReader; readonly phoneOf: PhoneReader }) {}

  /** How phone numbers are read here: a search has to read them as the index did. */
  get phoneOf(): PhoneReader {
    return this.deps.phoneOf;
  }

  /** Patient ids by an identifier in canonical form, in the order of ids. Nothing is opened: such an entry is about nobody else. */
  async byIdentifier(vault: Vault, tenant: string, identifier: string, limit: number): Promise<readonly string[]> {
    const { models } = this.deps;
    const values = await this.#valuesOf(vault, tenant, [{ field: 'identifier', text: identifier }]);
    // The rows of the release before are searched, too, until theirs have been made: there, names were under the tenant's own key.
    if (!(await this.#isCurrent())) values.push(`i/${tenant}/${(await vault.tenantRing(tenant)).blind('identifier', identifier)}`);
    const rows = await Promise.all(values.map((value) => models.byIndex(MODEL, value, { limit })));
    return [...new Set(rows.flat().map(({ value }) => (value as PatientRow).patientId))].sort().slice(0, limit);
  }

  async search(vault: Vault, tenant: string, criteria: Criteria, limit: number): Promise<Matches> {
    const hits = await this.#hitsOf(vault, tenant, criteria);
    const seen = hits.slice(0, OPENED_AT_MOST);
    const { matches, opened, readable } = needsOpening(criteria)
      ? await this.#judged(vault, seen, criteria)
      : { matches: await this.#told(seen), opened: 0, readable: true };
    matches.sort((left, right) => right.matchedOn.length - left.matchedOn.length || left.patientId.localeCompare(right.patientId));
    const complete = readable && hits.length <= OPENED_AT_MOST && matches.length <= limit && (await this.#isCurrent());
    return { matches: matches.slice(0, limit), opened, complete };
  }

  /** Who stands under most of what is sought comes first. */
  async #hitsOf(vault: Vault, tenant: string, criteria: Criteria): Promise<Hit[]> {
    const sought = soughtBy(criteria);
    const hits = new Map<string, Set<SearchField>>();
    for (const field of new Set(sought.map((one) => one.field))) {
      const own = sought.filter((one) => one.field === field);
      for (const key of await this.#keysUnder(await this.#valuesOf(vault, tenant, own), field)) hits.set(key, (hits.get(key) ?? new Set()).add(field));
    }
    const found = Array.from(hits, ([key, fields]) => ({ key, fields }));
    return found.sort((left, right) => right.fields.size - left.fields.size);
  }

  async #judged(vault: Vault, hits: readonly Hit[], criteria: Criteria): Promise<{ matches: Match[]; opened: number; readable: boolean }> {
    const rows = await this.#rowsOf(hits);
    const matches: Match[] = [];
    let opened = 0;
    let whole = true;
    for (let from = 0; from < rows.length; from += OPENED_AT_ONCE) {
      const page = rows.slice(from, from + OPENED_AT_ONCE);
      for (const { match, parts, readable } of await Promise.all(page.map((row) => this.#judge(vault, row, criteria)))) {
        opened += parts;
        whole &&= readable;
        if (match.matchedOn.length > 0) matches.push(match);
      }
    }
    return { matches, opened, readable: whole };
  }

  /** Of whole hashes the index itself says whom they are about. */
  async #told(hits: readonly Hit[]): Promise<Match[]> {
    const fields = new Map(hits.map((hit) => [hit.key, hit.fields]));
    const rows = await this.deps.models.get(MODEL, [...fields.keys()]);
    return rows
      .filter((row) => row !== undefined)
      .map(({ key, value }) => ({
        patientId: (value as PatientRow).patientId,
        matchedOn: CRITERIA.filter((criterion) => fields.get(key)?.has(criterion as SearchField)),
      }));
  }

  async #rowsOf(hits: readonly Hit[]): Promise<PatientRow[]> {
    const rows = await this.deps.models.get(
      MODEL,
      hits.map(({ key }) => key),
    );
    return rows.filter((row) => row !== undefined).map(({ value }) => value as PatientRow);
  }

  /** False while the rows are those of another release: they are being made anew, and lack what this one looks for. */
  async #isCurrent(): Promise<boolean> {
    const checkpoint = await this.deps.models.checkpoint(MODEL);
    return checkpoint === null || checkpoint.version === PATIENTS_VERSION;
  }

  /** Behind an entry cut short stand about as many as the plan says; behind a switchboard's number may stand half a town. */
  async #keysUnder(values: readonly string[], field: SearchField): Promise<string[]> {
    const { models } = this.deps;
    if (!isExact(field)) return (await models.keysByIndex(MODEL, values)).flat();
    const rows = await Promise.all(values.map((value) => models.byIndex(MODEL, value, { limit: OPENED_AT_MOST + 1 })));
    return rows.flat().map(({ key }) => key);
  }

  async #valuesOf(vault: Vault, tenant: string, sought: readonly Sought[]): Promise<string[]> {
    const [row] = await this.deps.models.get(MODEL, [populationKey(tenant)]);
    const { patients, oldest, generation } = (row?.value as PopulationRow | undefined) ?? { patients: 0, oldest: 0, generation: 0 };
    // Keys that are older than all rows are out of use, and newer ones may be in use any moment.
    const keys = (await vault.indexKeys(tenant, generation)).filter((key) => key.generation >= oldest);
    const values = keys.flatMap((key: IndexKey) =>
      sought.flatMap((one) => entriesOf(key.generation, tokenOf(key, one), patients).map((entry) => searchIndex(tenant, entry))),
    );
    return [...new Set(values)];
  }

  async #judge(vault: Vault, { patientId, records }: PatientRow, criteria: Criteria): Promise<Judged> {
    const said: Searchable[] = [];
    let parts = 0;
    let readable = true;
    for (const version of versionsOf(records)) {
      try {
        const opened = await this.#opened(vault, patientId, version);
        if (opened === undefined) continue;
        parts += opened.parts;
        said.push(searchableOf(opened.patient, this.deps.phoneOf));
      } catch (fault) {
        // One damaged record must not hide everybody whose entries it shares: the answer says that it is not whole.
        if (!(fault instanceof LedgerFault && fault.code === 'content-unreadable')) throw fault;
        readable = false;
      }
    }
    return { match: { patientId, matchedOn: matchedOn(criteria, said) }, parts, readable };
  }

  async #opened(vault: Vault, patientId: string, { stream, revision, eventId }: IndexedVersion) {
    const [recorded] = await this.deps.store.readStream(stream, { from: revision, limit: 1 });
    if (recorded?.event.id !== eventId) throw new LedgerFault('content-unreadable');
    const patient = await openPatient(vault, recorded.event, patientId);
    return patient && { patient, parts: recorded.event.sealed.length };
  }
}

function needsOpening(criteria: Criteria): boolean {
  return Object.keys(criteria).some((criterion) => criterion !== 'identifier' && criterion !== 'phone');
}
