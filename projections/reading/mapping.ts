import type { EventReader } from '../../domain/log.js';
import { isOf, type RecordRef } from '../../domain/record/assertions.js';
import { recordKeyOf } from '../../domain/record/record-key.js';
import type { PatientGroup } from '../../schemas/events/patients-merged.js';
import type { Assertion, Fact, Head } from '../../schemas/read-models/fact.js';
import type { ReadModels } from '../ports.js';
import { recordIndex } from '../record.js';
import { factsKnownAt, type KnownAt } from './as-of.js';
import { type DamageSaid, damageOf } from './damage.js';
import { factIn } from './fact-in.js';
import type { Opener, RingOf } from './opener.js';

/** One record of a source, and what it is called here. */
export interface MappedRecord extends DamageSaid {
  /** The id that it has at the source; null for whoever may not have content opened, and where nothing of it is live. */
  readonly sourceRecordId: string | null;
  /** The patient whose stream it came to: of merged patients not always the survivor. */
  readonly patientId: string;
  readonly assertionId: string;
  readonly resourceType: string;
  readonly category: string;
  readonly facts: readonly { readonly factId: string; readonly element: string | null; readonly part: string | null }[];
  readonly live: readonly EventRef[];
  readonly past: readonly EventRef[];
  readonly retraction: EventRef | null;
}

export interface EventRef {
  readonly eventId: string;
  readonly position: string;
  readonly sourceVersion?: string | null;
}

export interface MappedSource {
  readonly source: string;
  readonly records: readonly MappedRecord[];
}

/** What each source's records are called here, by source: of the facts given, so that a page of facts gives a page of this. */
export async function mappingOf(facts: readonly Fact[], opener: Opener | null): Promise<MappedSource[]> {
  const records = new Map<string, { fact: Fact; assertion: Assertion }[]>();
  for (const fact of facts) {
    for (const assertion of fact.assertions) {
      const name = `${assertion.source}|${assertion.patientId}|${assertion.recordKey}`;
      records.set(name, [...(records.get(name) ?? []), { fact, assertion }]);
    }
  }
  const sources = new Map<string, MappedRecord[]>();
  for (const [name, spoken] of [...records].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const source = name.slice(0, name.indexOf('|'));
    sources.set(source, [...(sources.get(source) ?? []), await recordOf(spoken, opener)]);
  }
  return [...sources].map(([source, all]) => ({ source, records: all }));
}

/** A record may speak of several things: the elements of a patient, the components of a measurement. */
async function recordOf(spoken: readonly { fact: Fact; assertion: Assertion }[], opener: Opener | null): Promise<MappedRecord> {
  const assertions = spoken.map(({ assertion }) => assertion);
  const [first] = assertions as [Assertion, ...Assertion[]];
  const [head] = assertions.flatMap(({ heads }) => heads);
  const shown = opener === null || head === undefined ? null : await opener.open({ assertion: first, head });
  const retraction = assertions.map((assertion) => assertion.retraction).find((one) => one !== null);
  return {
    sourceRecordId: shown?.sourceRecordId ?? null,
    patientId: first.patientId,
    assertionId: first.assertionId,
    resourceType: first.resourceType,
    category: first.category,
    facts: spoken.map(({ fact, assertion: { element, part } }) => ({ factId: fact.factId, element, part })),
    live: distinct(assertions.flatMap(({ heads }) => heads)).map(({ sourceVersion, ...head }) => ({ ...refOf(head), sourceVersion })),
    past: distinct(assertions.flatMap(({ past }) => past)).map(refOf),
    retraction: retraction === undefined ? null : refOf(retraction),
    ...damageOf(shown?.unreadable),
  };
}

function distinct<Event extends { readonly eventId: string }>(events: readonly Event[]): Event[] {
  return [...new Map(events.map((event) => [event.eventId, event])).values()];
}

function refOf({ eventId, position }: Pick<Head, 'eventId' | 'position'>): EventRef {
  return { eventId, position };
}

export interface Lookup {
  readonly tenant: string;
  readonly group: PatientGroup;
  readonly source: string;
  readonly sourceRecordId: string;
  readonly knownAt: KnownAt | null;
}

/** The facts that a source's record speaks of, by the id that it has there. Nothing is opened: the id is hashed and looked up. */
export async function factsOfRecord(deps: { models: ReadModels; store: EventReader; ringOf: RingOf }, lookup: Lookup): Promise<Fact[]> {
  const { tenant, group, source, sourceRecordId, knownAt } = lookup;
  const refs: RecordRef[] = [];
  for (const patientId of group.members) {
    const ring = await deps.ringOf(patientId);
    if (ring !== undefined) refs.push({ patientId, source, recordKey: recordKeyOf(ring, source, sourceRecordId) });
  }
  const facts = knownAt === null ? await factsUnder(deps.models, tenant, refs) : await factsKnownAt(deps.store, tenant, group, knownAt);
  return facts
    .map((fact) => ({ ...fact, assertions: fact.assertions.filter((assertion) => refs.some((ref) => isOf(assertion, ref))) }))
    .filter(({ assertions }) => assertions.length > 0);
}

async function factsUnder(models: ReadModels, tenant: string, refs: readonly RecordRef[]): Promise<Fact[]> {
  const keys = await models.keysByIndex(
    'record',
    refs.map((ref) => recordIndex(tenant, ref)),
  );
  const rows = await models.get('record', [...new Set(keys.flat())].sort());
  return rows.filter((row) => row !== undefined).map(factIn);
}
