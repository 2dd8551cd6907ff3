import type { Dispute } from '../../domain/resolution/disputes.js';
import type { Candidate, Resolution } from '../../domain/resolution/resolve.js';
import { disputesOf } from '../../projections/reading/record-json.js';
import { ruleOf } from '../../projections/reading/rule-json.js';
import { ABSENT } from './absent.js';
import { ledgerUrn, nameBasedUuid, statementUrl, uuidUrl } from './bundle-urls.js';

type Json = Readonly<Record<string, unknown>>;

/** How a statement stands to the fact's value. */
export type StandingInFact = 'value' | 'agrees' | 'differs' | 'outranked';

/** One fact, with what is needed to say where it came from. */
export interface Told {
  readonly resolution: Resolution;
  readonly disputes: readonly Dispute[];
  /** The organization of each source that belongs to one. */
  readonly organizations: ReadonlyMap<string, string>;
  /** How other statements stand to the value. */
  readonly standing: (candidate: Candidate) => StandingInFact;
}

/** What the provenance is of: an entry, or elements of one; of no element, where another fact's stands in its place. */
export interface Target {
  readonly url: string;
  readonly paths?: readonly string[];
  /** It is not there because it cannot be opened. */
  readonly absent?: boolean;
}

const DATA_OPERATION = 'http://terminology.hl7.org/CodeSystem/v3-DataOperation';
const PARTICIPANT = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type';
/** FHIR's own extension for a target that is an element of a resource. */
const TARGET_PATH = 'http://hl7.org/fhir/StructureDefinition/targetPath';

/** FHIR R4 Provenance of a fact's value: who said it, when, by which rule it is shown, and what else was said. No content. */
export function factProvenance(told: Told, target: Target, isEntry: (candidate: Candidate) => boolean = () => false): Json {
  const { resolution, disputes } = told;
  const { fact, winner, alternatives, takenBack, settlement, conflict, state } = resolution;
  const rule = ruleOf(resolution);
  const disputed = disputesOf(resolution, disputes).map(({ factId }) => ({ url: ledgerUrn('disputed-by'), valueString: factId }));
  const words = [rule.because, rule.strategyReason, rule.designation?.words, settlement?.judgement.reason];
  return {
    resourceType: 'Provenance',
    extension: [
      { url: ledgerUrn('fact'), valueString: fact.factId },
      { url: ledgerUrn('state'), valueCode: state },
      { url: ledgerUrn('conflict'), valueBoolean: conflict },
      ...disputed,
    ],
    target: targetsOf(target, winner),
    ...said(winner),
    policy: [ledgerUrn(`rule:${rule.name}`), ...[rule.designation?.eventId, rule.settlement?.eventId].filter((id) => id !== undefined).map(uuidUrl)],
    reason: words.filter((text) => text !== undefined).map((text) => ({ text })),
    agent: [author(told, winner), ...stewards(resolution), ASSEMBLER],
    entity: [
      ...[winner, ...alternatives].map((candidate) => entityOf(told, candidate, isEntry(candidate))),
      ...takenBack.map(({ source, heads }) => ({ role: 'removal', what: { identifier: uuidIdentifier(heads[0]?.eventId ?? ''), display: source } })),
    ],
  };
}

/** Provenance of one statement that stands in a bundle beside the value. */
export function statementProvenance(told: Told, candidate: Candidate): Json {
  return {
    resourceType: 'Provenance',
    extension: [
      { url: ledgerUrn('fact'), valueString: told.resolution.fact.factId },
      { url: ledgerUrn('standing'), valueCode: told.standing(candidate) },
    ],
    target: [{ reference: statementUrl(told.resolution, candidate) }],
    ...said(candidate),
    agent: [author(told, candidate)],
    entity: [entityOf(told, candidate, false)],
  };
}

/** What the entry of a provenance is called: the same for the same fact, and no other entry's. */
export function provenanceUrl(url: string, factId: string): string {
  return uuidUrl(nameBasedUuid(url.replace('urn:uuid:', ''), `provenance|${factId}`));
}

function targetsOf({ url, paths, absent = false }: Target, { assertion, head }: Candidate): Json[] {
  if (paths === undefined) return [{ reference: url }];
  if (paths.length === 0) {
    const display = `${assertion.element ?? assertion.resourceType}: ${absent ? 'cannot be opened' : 'not in this collection'}`;
    return [{ ...(absent ? { extension: [ABSENT] } : {}), identifier: uuidIdentifier(head.eventId), display }];
  }
  return paths.map((path) => elementOf(url, path));
}

function elementOf(reference: string, path: string): Json {
  return { extension: [{ url: TARGET_PATH, valueString: path }], reference };
}

/** When it was said, and how: `occurred` is the time the statement is true of, `recorded` when the ledger learnt it. */
function said({ head: { recordedAt, eventType, validTime } }: Candidate): Json {
  const { from, to } = validTime;
  const period = { ...(from === null ? {} : { start: from }), ...(to === null ? {} : { end: to }) };
  const operation = eventType === 'fact-corrected' || eventType === 'demographics-updated' ? 'UPDATE' : 'CREATE';
  return {
    ...(from === null && to === null ? {} : { occurredPeriod: period }),
    recorded: recordedAt,
    activity: {
      coding: [
        { system: DATA_OPERATION, code: operation },
        { system: ledgerUrn('event-type'), code: eventType },
      ],
    },
  };
}

function author({ organizations }: Told, { assertion: { source } }: Candidate): Json {
  const organization = organizations.get(source);
  return {
    type: participant('author'),
    who: { type: 'Device', identifier: { system: ledgerUrn('source'), value: source }, display: source },
    ...(organization === undefined
      ? {}
      : { onBehalfOf: { type: 'Organization', identifier: { system: ledgerUrn('organization'), value: organization }, display: organization } }),
  };
}

function stewards({ settlement }: Resolution): Json[] {
  if (settlement === undefined) return [];
  const { subject } = settlement.judgement;
  return [{ type: participant('verifier'), who: { identifier: { system: ledgerUrn('subject'), value: subject }, display: subject } }];
}

const participant = (code: string): Json => ({ coding: [{ system: PARTICIPANT, code }] });
const ASSEMBLER: Json = { type: participant('assembler'), who: { type: 'Device', display: 'clinical-ledger' } };

/** A statement that was looked at: named by the event that brought it, and by its entry where it has one. */
function entityOf(told: Told, candidate: Candidate, isEntry: boolean): Json {
  const { assertion, head } = candidate;
  const reference = isEntry ? { reference: statementUrl(told.resolution, candidate) } : {};
  return {
    extension: [
      { url: ledgerUrn('standing'), valueCode: told.standing(candidate) },
      { url: ledgerUrn('position'), valueString: head.position },
    ],
    role: 'source',
    what: { ...reference, identifier: uuidIdentifier(head.eventId), display: assertion.source },
    agent: [author(told, candidate)],
  };
}

function uuidIdentifier(id: string): Json {
  return { system: 'urn:ietf:rfc:3986', value: uuidUrl(id) };
}
