import type { Unreadable } from '../../domain/record/unreadable.js';
import type { Dispute } from '../../domain/resolution/disputes.js';
import type { Candidate, Resolution } from '../../domain/resolution/resolve.js';
import type { NoteJson } from '../../projections/reading/amendment-notes.js';
import type { Opener } from '../../projections/reading/opener.js';
import type { Fact } from '../../schemas/read-models/fact.js';
import { absentElement, outcomeOf } from './absent.js';
import { noteEntry } from './bundle-note.js';
import { type PatientPart, wholePatient } from './bundle-patient.js';
import { ledgerUrn, statementUrl, uuidUrl } from './bundle-urls.js';
import { factProvenance, provenanceUrl, type StandingInFact, statementProvenance, type Target, type Told } from './provenance.js';

/** The reader does not get all of it (HL7 v3 SecurityAlterationIntegrity). */
const REDACTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'REDACTED' };

export interface FactsTold {
  readonly resolutions: readonly Resolution[];
  readonly disputes: readonly Dispute[];
}

export interface BundleParts {
  /** The patient who answers, and those whom they absorbed. */
  readonly patientId: string;
  readonly replaced: readonly string[];
  /** Demographic facts, of which one Patient is made; null where this page has none. */
  readonly person: FactsTold | null;
  readonly page: FactsTold;
  readonly organizations: ReadonlyMap<string, string>;
  /** Also what sources say otherwise, as entries that only who understands them may read. */
  readonly withAlternatives: boolean;
  readonly opener: Opener;
  /** What goes out with a fact because its patient asked for an amendment. */
  readonly notesOf: (fact: Fact) => Promise<readonly NoteJson[]>;
  /** What could not be opened, once everything was asked for. */
  readonly unreadable: () => readonly Unreadable[];
  readonly links: readonly { readonly relation: 'self' | 'next'; readonly url: string }[];
}

/**
 * The record as a FHIR R4 Bundle of type `collection`. Entries are values, byte for byte as their sources wrote them, each
 * followed by its Provenance, so that who takes every entry for true gets the record. A statement that differs from the value
 * is named in the Provenance; it is an entry itself in two cases:
 * - of categories where nothing that anyone asserts may be hidden (`union`), always, since there it is part of the record;
 * - of others only when asked for, and then under a modifier extension: FHIR forbids to read past one that is not understood.
 * A value that nobody can open is no entry, and neither is another in its place; what says the same as it is one. An OperationOutcome,
 * the first entry, names what is missing.
 */
export async function recordBundle(parts: BundleParts): Promise<string> {
  const { person, page, links } = parts;
  const entries = [
    ...(person === null ? [] : await personEntries(parts, person)),
    ...(await Promise.all(page.resolutions.map((one) => factEntries(parts, one)))),
  ];
  return bundleOf([...outcomeEntries(parts), ...entries.flat()], links, parts.opener.withheld ? { meta: { security: [REDACTED] } } : {});
}

function outcomeEntries(parts: BundleParts): string[] {
  const [first, ...others] = parts.unreadable();
  if (first === undefined) return [];
  const { url, resource } = outcomeOf([first, ...others]);
  return [entryOf(url, JSON.stringify(resource))];
}

/** A Bundle may not hold an empty list. */
export function bundleOf(entries: readonly string[], links: BundleParts['links'], more: Readonly<Record<string, unknown>> = {}): string {
  const head = JSON.stringify({ resourceType: 'Bundle', ...more, type: 'collection', link: links });
  return entries.length === 0 ? head : `${head.slice(0, -1)},"entry":[${entries.join(',')}]}`;
}

/** One entry; the resource's text is spliced and not parsed. */
export function entryOf(fullUrl: string, resource: string, more: Readonly<Record<string, unknown>> = {}): string {
  return `${JSON.stringify({ ...more, fullUrl }).slice(0, -1)},"resource":${resource}}`;
}

export function standingIn({ winner, disagreeing }: Resolution): (candidate: Candidate) => StandingInFact {
  return (candidate) => {
    if (candidate === winner) return 'value';
    if (candidate.outranked) return 'outranked';
    return disagreeing.has(candidate) ? 'differs' : 'agrees';
  };
}

/** ONE Patient of all demographic values, and a Provenance for each of its elements. */
async function personEntries(parts: BundleParts, { resolutions, disputes }: FactsTold): Promise<string[][]> {
  const { patientId, replaced, opener } = parts;
  const opened = await Promise.all(resolutions.map(async (resolution) => ({ resolution, shown: await opener.open(resolution.winner) })));
  const pieces = opened.flatMap(({ resolution, shown }): PatientPart[] => {
    const resource = shown?.unreadable === undefined ? (shown?.resource ?? null) : absentElement(resolution.fact.element ?? '');
    return resource === null ? [] : [{ resolution, resource }];
  });
  const { text, paths } = wholePatient(patientId, replaced, pieces);
  const url = uuidUrl(patientId);
  const told = resolutions.map((resolution) => toldOf(parts, resolution, disputes));
  const provenances = told.map((one) => {
    const { fact, winner } = one.resolution;
    return provenanceEntries(parts, one, { url, paths: paths.get(fact.factId) ?? [], absent: opener.isUnreadable(winner) });
  });
  return [[entryOf(url, text)], ...(await Promise.all(provenances))];
}

async function factEntries(parts: BundleParts, resolution: Resolution): Promise<string[]> {
  const shown = await parts.opener.open(resolution.winner);
  const url = statementUrl(resolution, resolution.winner);
  // Where the keys are gone, or not this reader's, what is left is that somebody said something.
  const resource = shown === null ? null : shown.resource;
  const target = resource === null ? { url, paths: [], absent: shown?.unreadable !== undefined } : { url };
  const provenance = await provenanceEntries(parts, toldOf(parts, resolution, parts.page.disputes), target);
  return resource === null ? provenance : [entryOf(url, resource), ...provenance];
}

function toldOf({ organizations }: BundleParts, resolution: Resolution, disputes: readonly Dispute[]): Told {
  return { resolution, disputes, organizations, standing: standingIn(resolution) };
}

/** Everything of a fact but its value: statements that stand beside it, where it came from, what its patient had to say of it. */
async function provenanceEntries(parts: BundleParts, told: Told, target: Target): Promise<string[]> {
  const { fact } = told.resolution;
  const beside = await statementsBeside(parts, told);
  const provenance = factProvenance(told, target, (candidate) => beside.has(candidate));
  const notes = await parts.notesOf(fact);
  return [
    ...[...beside.values()].flat(),
    entryOf(provenanceUrl(target.url, fact.factId), JSON.stringify(provenance)),
    ...notes.map((note) => noteEntry(note, fact.factId, target.url)),
  ];
}

/** Entries of the statements that are shown beside the value, each with its own Provenance. */
async function statementsBeside(parts: BundleParts, told: Told): Promise<Map<Candidate, string[]>> {
  const { resolution, standing } = told;
  const isUnion = resolution.strategy === 'union';
  // One Patient is made of all that is known of a person: of them nothing stands beside it.
  const standsIn = parts.opener.isUnreadable(resolution.winner) && resolution.winner.assertion.resourceType !== 'Patient';
  const wanted = resolution.alternatives.filter((candidate) => {
    const how = standing(candidate);
    if (how === 'agrees') return standsIn;
    return how === 'differs' ? isUnion || parts.withAlternatives : parts.withAlternatives;
  });
  const entries = new Map<Candidate, string[]>();
  for (const candidate of wanted) {
    const shown = await parts.opener.open(candidate);
    if (shown === null || shown.resource === null) continue;
    const url = statementUrl(resolution, candidate);
    const marks = {
      [isPartOfRecord(told, candidate) ? 'extension' : 'modifierExtension']: [{ url: ledgerUrn('standing'), valueCode: standing(candidate) }],
    };
    const provenance = JSON.stringify(statementProvenance(told, candidate));
    entries.set(candidate, [entryOf(url, shown.resource, marks), entryOf(provenanceUrl(url, resolution.fact.factId), provenance)]);
  }
  return entries;
}

/** Who takes it for true is not misled: it says what the value says, or hides nothing where nothing may be hidden. */
function isPartOfRecord({ resolution, standing }: Told, candidate: Candidate): boolean {
  const how = standing(candidate);
  return how === 'agrees' || (how === 'differs' && resolution.strategy === 'union');
}
