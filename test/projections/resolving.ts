import * as fc from 'fast-check';
import { MemoryReadModels } from '../../adapters/memory/read-models.js';
import { recordsOf } from '../../domain/record/assertions.js';
import { type PatientCommand, patientDecider } from '../../domain/record/decide.js';
import { foldFacts } from '../../domain/record/fold.js';
import type { ReadModels, Row } from '../../projections/ports.js';
import { resolutionsProjection } from '../../projections/resolutions.js';
import { runProjection } from '../../projections/run.js';
import { isAssertion, type LedgerEvent } from '../../schemas/catalogue.js';
import type { Fact } from '../../schemas/read-models/fact.js';
import { scope } from '../domain/authority/designations.js';
import { Story, token, uuid } from '../domain/given.js';
import { corrects, PATIENT, records, register, retracts, updates } from '../domain/record/saying.js';
import { eventOf } from '../support/events.js';
import { depsOf, PagedEventStore } from '../support/projecting.js';
import { recorded } from './folding.js';

export const OTHER = uuid('the other patient');
export const TENANT = 'test';

/** The instant at which the nth event of a log is recorded. */
export function instant(nth: number): string {
  return new Date(Date.UTC(2026, 0, 1) + nth * 3_600_000).toISOString();
}

/** `both`: two facts may stand beside each other. */
type Settling = 'choose' | 'keep-both' | 'not-same' | 'both';

/** One thing that happens to a tenant with two patients. Numbers choose among what there is. */
export type Step =
  | { readonly kind: 'says'; readonly who: string; readonly command: PatientCommand }
  | {
      readonly kind: 'designates';
      readonly sources: readonly string[];
      readonly who: string | null;
      readonly category: string | null;
      readonly from: number;
      readonly to: number | null;
    }
  | { readonly kind: 'withdraws'; readonly nth: number; readonly from: number }
  | { readonly kind: 'settles'; readonly nth: number; readonly decision: Settling }
  | { readonly kind: 'reopens'; readonly nth: number }
  | { readonly kind: 'merges' }
  | { readonly kind: 'unmerges' }
  | { readonly kind: 'reads'; readonly subject: string; readonly who: string };

/** A log as it comes about: steps that make no sense where they stand are left out. */
export class Tale {
  readonly events: LedgerEvent[] = [];
  readonly #patients = new Map([PATIENT, OTHER].map((who) => [who, new Story(patientDecider, `${TENANT}.patient-${who}`, (nth) => uuid(`${who}#${nth}`))]));
  #merged = false;

  tell(...steps: readonly Step[]): this {
    for (const step of steps) this.#take(step);
    return this;
  }

  /** All facts as they stand: folded from the log, and not by the projection. */
  facts(): Fact[] {
    const groups = this.#merged ? [{ root: PATIENT, members: [OTHER, PATIENT].sort() }] : [PATIENT, OTHER].map((root) => ({ root, members: [root] }));
    return groups.flatMap((group) => {
      const own = recorded(this.events).filter(({ event }) => recordsOf(event).some(({ patientId }) => group.members.includes(patientId)));
      return foldFacts(TENANT, group, own);
    });
  }

  #take(step: Step): void {
    const made = step.kind === 'says' ? this.#say(step.who, step.command) : this.#eventOf(step);
    if (made !== undefined) this.#add(made);
  }

  #say(who: string, command: PatientCommand): undefined {
    const story = this.#patients.get(who) as Story<unknown, PatientCommand>;
    const before = story.events.length;
    story.tell(...(before === 0 ? [register()] : []), command);
    for (const event of story.events.slice(before)) {
      this.#add(ofPatient(event, who));
      if (this.#merged && who === OTHER) this.#translate([this.events.at(-1) as LedgerEvent]);
    }
  }

  #add(event: LedgerEvent): void {
    this.events.push({ ...event, tenant: TENANT, recordedAt: instant(this.events.length) } as LedgerEvent);
  }

  #id(): string {
    return uuid(`event ${this.events.length}`);
  }

  #eventOf(step: Exclude<Step, { kind: 'says' }>): LedgerEvent | undefined {
    const id = this.#id();
    switch (step.kind) {
      case 'designates': {
        const [effectiveFrom, effectiveTo] = [
          instant(this.events.length + step.from),
          step.to === null ? null : instant(this.events.length + step.from + step.to),
        ];
        const data = {
          scope: scope({ category: step.category, patientId: step.who }),
          sources: [...step.sources],
          effectiveFrom,
          effectiveTo,
          revision: this.events.length + 1,
        };
        return eventOf('system-of-record-designated', { id, data });
      }
      case 'withdraws': {
        const withdrawn = new Set(this.events.map((event) => (event.type === 'designation-withdrawn' ? event.data.designation : '')));
        const all = this.events.filter((event) => event.type === 'system-of-record-designated' && !withdrawn.has(event.id));
        const one = all[step.nth % Math.max(1, all.length)];
        if (one?.type !== 'system-of-record-designated') return undefined;
        const data = { scope: one.data.scope, designation: one.id, effectiveFrom: instant(this.events.length + step.from), revision: this.events.length + 1 };
        return eventOf('designation-withdrawn', { id, data });
      }
      case 'settles':
        return this.#settlement(id, step.nth, step.decision);
      case 'reopens': {
        const all = this.events.filter((event) => event.type === 'conflict-settled');
        const one = all[step.nth % Math.max(1, all.length)];
        if (one === undefined) return undefined;
        const { patientId, category, judged } = one.data;
        return eventOf('conflict-reopened', { id, data: { patientId, category, judged, settlement: one.id } });
      }
      case 'merges':
        return this.#merge(id);
      case 'unmerges':
        return this.#unmerge(id);
      case 'reads':
        return eventOf('access-recorded', {
          id,
          actor: { subject: step.subject, roles: ['steward'], organization: null },
          data: { action: 'read-conflicts', patients: [step.who], categories: ['allergies', 'vital-signs'] },
        });
    }
  }

  /** Of one fact; or, where `both` is said, of two facts of a patient that may both stand. */
  #settlement(id: string, nth: number, decision: Settling): LedgerEvent | undefined {
    const least = decision === 'both' ? 1 : 2;
    const facts = this.facts().filter(({ assertions }) => assertions.filter(({ heads }) => heads.length > 0).length >= least);
    const fact = facts[nth % Math.max(1, facts.length)];
    if (fact === undefined) return undefined;
    const others = decision === 'both' ? facts.filter((one) => one !== fact && one.patientId === fact.patientId && one.category === fact.category) : [];
    const judged = [fact, ...others.slice(0, 1)].flatMap(({ assertions }, which) =>
      assertions.flatMap(({ assertionId, patientId, source, recordKey, element, part, heads }, place) => {
        const group = decision === 'both' ? which : decision === 'not-same' ? place : 0;
        return heads.map(({ eventId }) => ({ assertionId, patientId, source, recordKey, element, part, eventId, group }));
      }),
    );
    const data = { patientId: fact.patientId, category: fact.category, judged, version: this.events.length + 1 };
    const chosen = decision === 'choose' ? (judged[0]?.assertionId ?? null) : null;
    return eventOf('conflict-settled', { id, data: { ...data, chosen, decision: decision === 'both' ? 'keep-both' : decision } });
  }

  #merge(id: string): LedgerEvent | undefined {
    if (this.#merged || this.#patients.get(OTHER)?.events.length === 0) return undefined;
    this.#translate(this.events.filter((event) => isAssertion(event) && event.data.patientId === OTHER));
    this.#merged = true;
    const group = { root: PATIENT, members: [OTHER, PATIENT].sort() };
    return eventOf('patients-merged', { id, data: { absorbed: OTHER, survivor: PATIENT, group } });
  }

  #unmerge(id: string): LedgerEvent | undefined {
    if (!this.#merged) return undefined;
    this.#merged = false;
    const alone = (root: string) => ({ root, members: [root] });
    return eventOf('patients-unmerged', { id, data: { absorbed: OTHER, survivor: PATIENT, kept: alone(PATIENT), released: alone(OTHER) } });
  }

  /** What the other patient's statements are called under the survivor's key. */
  #translate(events: readonly LedgerEvent[]): void {
    const statements = events.flatMap((event) => {
      if (!isAssertion(event) || event.type === 'fact-retracted' || event.source === null) return [];
      const { id: source, recordKey } = event.source;
      return event.data.statements.map(({ standing: _, ...names }) => ({ ...renamed(names, undo), eventId: event.id, source, recordKey: recordKey ?? '' }));
    });
    if (statements.length > 0) this.#add(eventOf('statements-translated', { id: this.#id(), data: { patientId: OTHER, toward: PATIENT, statements } }));
  }
}

const OTHERS = new Map<string, string>();

/** Two patients' tokens never meet: the other's are what the first's become under another key. */
function blinded(name: string): string {
  const other = token(`other ${name}`);
  OTHERS.set(other, name);
  return other;
}

function undo(name: string): string {
  return OTHERS.get(name) ?? name;
}

function renamed<
  T extends { readonly identity: readonly string[]; readonly value: string; readonly asserts: readonly string[]; readonly contradicts: readonly string[] },
>(names: T, by: (name: string) => string): T {
  return { ...names, identity: names.identity.map(by), value: by(names.value), asserts: names.asserts.map(by), contradicts: names.contradicts.map(by) };
}

function ofPatient(event: LedgerEvent, who: string): LedgerEvent {
  if (who === PATIENT || !isAssertion(event)) return event;
  const data = { ...event.data, patientId: who, assertionId: uuid(`other ${event.data.assertionId}`) };
  if ('statements' in data) Object.assign(data, { statements: data.statements.map((one) => renamed(one, blinded)) });
  return { ...event, data } as LedgerEvent;
}

const SOURCES = ['ehr', 'lis', 'ris'];
const someone = fc.constantFrom(PATIENT, PATIENT, OTHER);

const saying = fc.record({
  source: fc.constantFrom(...SOURCES),
  record: fc.constantFrom('1', '1', '2'),
  version: fc.constantFrom('1', '2', '3', null),
  words: fc.constantFrom('p', 'q'),
  about: fc.constantFrom(['a'], ['a'], ['a', 'b'], ['b'], ['none'], []),
  category: fc.constantFrom('allergies', 'allergies', 'vital-signs'),
  standing: fc.constantFrom('stated', 'stated', 'stated', 'entered-in-error'),
  from: fc.constantFrom(null, '2020-01-01T00:00:00.000Z'),
} as const);

const commands: fc.Arbitrary<PatientCommand> = fc.oneof(
  { weight: 6, arbitrary: saying.map((one) => claiming(records(one), one.about)) },
  { weight: 2, arbitrary: saying.map((one) => claiming(corrects(one), one.about)) },
  { weight: 1, arbitrary: saying.map((one) => retracts(one)) },
  {
    weight: 1,
    arbitrary: fc.tuple(saying, fc.constantFrom('A', 'B')).map(([one, name]) => updates({ source: one.source, version: one.version, elements: { name } })),
  },
);

/** Who speaks of `none` says that there are no others, which whoever speaks of `a` contradicts. */
function claiming(command: PatientCommand, about: readonly string[]): PatientCommand {
  if (!('assertion' in command)) return command;
  const none = about.includes('none');
  const [asserts, contradicts] = none ? ['no', 'some'] : about.includes('a') ? ['some', 'no'] : [null, null];
  const claims = { asserts: asserts === null ? [] : [token(asserts)], contradicts: contradicts === null ? [] : [token(contradicts)] };
  const statements = command.assertion.statements.map((one) => ({ ...one, ...claims }));
  return { ...command, assertion: { ...command.assertion, statements } };
}

export const anySteps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant('says' as const), who: someone, command: commands }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('designates' as const),
        sources: fc.shuffledSubarray(SOURCES, { minLength: 1 }),
        who: fc.constantFrom(null, null, PATIENT, OTHER),
        category: fc.constantFrom(null, 'allergies'),
        from: fc.integer({ min: -3, max: 5 }),
        to: fc.constantFrom(null, null, 2, 6),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('withdraws' as const), nth: fc.nat(9), from: fc.integer({ min: -5, max: 4 }) }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('settles' as const), nth: fc.nat(9), decision: fc.constantFrom('choose', 'keep-both', 'not-same', 'both') }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopens' as const), nth: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'merges' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'unmerges' as const }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reads' as const), subject: fc.constantFrom('steward-1', 'steward-2'), who: someone }) },
  ) as fc.Arbitrary<Step>,
  // Of all lengths: by themselves lists are mostly short, and little comes about in them.
  { maxLength: 40, size: 'max' },
);

/** So few that small tales are swept in several strides. */
const STRIDE_ROWS = 2;

/** All rows after the events came in pages of this size. The models may make saves fail: then the run is begun again. */
export async function rowsOf(events: readonly LedgerEvent[], pageEvents: number, models: ReadModels = new MemoryReadModels()): Promise<readonly Row[]> {
  const store = new PagedEventStore(pageEvents);
  for (const [nth, event] of events.entries()) await store.append(`${TENANT}.${nth}`, 'none', [event]);
  const generation = await models.begin('resolutions');
  for (let attempts = 0; ; attempts++) {
    try {
      await runProjection({ ...depsOf(store, models), strideRows: STRIDE_ROWS }, resolutionsProjection, generation, {
        signal: new AbortController().signal,
        untilCaughtUp: true,
      });
      return await models.byPrefix('resolutions', '', { limit: 1_000_000 }, generation);
    } catch (fault) {
      if (attempts > 1000) throw fault;
    }
  }
}
