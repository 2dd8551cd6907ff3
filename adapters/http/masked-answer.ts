import { scopesHeld } from '../../domain/access/scopes.js';
import type { JsonObject } from '../../domain/json/json-value.js';
import { parseLossless } from '../../domain/json/lossless.js';
import { jsonText } from '../../domain/json/write.js';
import { knownTexts } from '../../domain/masking/known-texts.js';
import type { Plan } from '../../domain/masking/plan.js';
import { scrubbed } from '../../domain/masking/scrub.js';
import type { MaskedResource } from '../../domain/masking/walk.js';
import { type Rejection, reject } from '../../domain/rejections.js';
import type { Resolution } from '../../domain/resolution/resolve.js';
import type { KeyRing } from '../../domain/rings.js';
import { knownOf, knownTogether } from '../../domain/scanning/known-person.js';
import { type ScanText, scanner } from '../../domain/scanning/scan.js';
import { Opener } from '../../projections/reading/opener.js';
import type { RecordPage, RecordQuery } from '../../projections/reading/record-reader.js';
import type { SealedPart } from '../../schemas/event.js';
import { type PatientPart, wholePatient } from '../fhir/bundle-patient.js';
import { type MaskingParts, PatientMasking, type Written } from '../masking/patient-masking.js';
import { pseudonymOf } from '../masking/pseudonym.js';
import { fhirShapes } from '../masking/shapes.js';
import { PatientTokens } from '../masking/tokens.js';
import { phoneFinder } from '../scanning/phones.js';
import { cursorOf, isRejection } from './parameters.js';
import { type Found, JSON_TYPE, type ReadContext } from './reading.js';
import { audited, firstThings, type PatientRequest, queryOf } from './record-query.js';
import { isOfPerson, personOf } from './routes/fhir-record.js';
import type { Services } from './services.js';

const LIST = 'masked';
const shapes = fhirShapes();

/**
 * A page of the record under a plan: the values, each masked, under ids that lead nowhere. Sources, positions and times of
 * recording stay behind, since with them a record could be found again.
 */
export async function maskedFound(services: Services, request: PatientRequest, context: ReadContext, plan: Plan): Promise<Found | Rejection> {
  const asked = await queryOf(services, request, context, LIST, ['profile']);
  if (isRejection(asked)) return asked;
  const { caller } = context;
  // All keys: names and pseudonyms come from them, and what is known of the person has to be known to be kept back.
  const vault = services.keys.usedBy({ subject: caller.actor.subject, purpose: caller.purpose, reason: 'de-identify' });
  const ring = await vault.patientRing(caller.tenant, asked.patientId);
  if (ring === undefined) return reject('unknown-patient');
  const query = await resumed(asked, ring);
  if (isRejection(query)) return query;
  const page = await services.records.read(query);
  const people = (await personOf(services, { ...query, category: null, after: null }))?.resolutions ?? [];
  const knowing = new Opener((member) => vault.patientRing(query.tenant, member));
  const scopes = scopesHeld(caller.actor.roles, caller.purpose);
  const opener = new Opener(async (member) => (await vault.patientRing(query.tenant, member))?.limitedTo(scopes));
  const { root } = page.group;
  // The survivor's keys as long as they live: with them all who are one person have one offset and one name.
  const survivors = await vault.patientRing(query.tenant, root);
  const [owner, own] = survivors === undefined ? [query.patientId, ring] : [root, survivors];
  const pseudonym = pseudonymOf(await vault.tenantRing(query.tenant), recipientOf(context), owner);
  const masking = new PatientMasking({
    ...knowledgeOf(await everythingSaid(people, knowing)),
    shapes,
    ring: own,
    tokens: new PatientTokens(vault, own, query.tenant, owner),
    plan,
    pseudonym,
    nowYear: Number(query.now.slice(0, 4)),
  });
  const wantsPerson = query.after === null && (query.category === null || query.category === 'demographics');
  const written = [...(wantsPerson ? await personWritten(root, people, opener) : []), ...(await factsWritten(page, opener))];
  const next = page.next === null ? null : await sealedCursor(page.next, query, ring);
  const { patients, categories } = audited(page);
  return {
    body: bodyOf({ profile: plan.name, version: plan.version, patient: pseudonym, recipient: recipientOf(context), next }, await masking.mask(written)),
    type: JSON_TYPE,
    patients,
    categories: [...new Set([...categories, ...(people.length > 0 ? ['demographics'] : [])])],
    opened: opener.count + knowing.count,
  };
}

/** `withheld` are resources that the plan cannot show, `refused` the masks that did not fit what they met. */
function bodyOf(about: Readonly<Record<string, unknown>>, results: readonly MaskedResource[]): string {
  const shown = results.flatMap((result) => (result.kind === 'masked' ? [result] : []));
  const head = JSON.stringify({ ...about, withheld: results.length - shown.length, refused: distinct(shown.flatMap(({ refused }) => refused)) });
  return `${head.slice(0, -1)},"resources":[${shown.map(({ resource }) => jsonText(resource)).join(',')}]}`;
}

/** What is known of the person, for what is left out and for the texts of plans that scrub them; few do. */
function knowledgeOf(said: readonly JsonObject[]): Pick<MaskingParts, 'known' | 'scrub'> {
  let scan: ScanText | undefined;
  const scrub = (text: string) => {
    scan ??= scanner(knownTogether(said.map((patient) => knownOf({ ...patient, resourceType: 'Patient' }))), phoneFinder());
    return scrubbed(text, scan(text));
  };
  return { known: knownTexts(said), scrub };
}

/** Who is given it: an organization, or a person who has none. */
function recipientOf({ caller: { actor } }: ReadContext): string {
  return actor.organization ?? actor.subject;
}

/** All that sources say of the person, also what did not win: none of it may slip through elsewhere. */
async function everythingSaid(people: readonly Resolution[], opener: Opener): Promise<JsonObject[]> {
  const candidates = people.flatMap(({ winner, alternatives }) => [winner, ...alternatives]);
  const shown = await Promise.all(candidates.map((candidate) => opener.open(candidate)));
  return shown.flatMap((one) => (one === null || one.resource === null ? [] : [parseLossless(one.resource) as JsonObject]));
}

async function personWritten(root: string, people: readonly Resolution[], opener: Opener): Promise<Written[]> {
  const opened = await Promise.all(people.map(async (resolution) => ({ resolution, shown: await opener.open(resolution.winner) })));
  const parts = opened.flatMap(({ resolution, shown }): PatientPart[] =>
    shown === null || shown.resource === null ? [] : [{ resolution, resource: shown.resource }],
  );
  if (parts.length === 0) return [];
  return [{ source: '', resource: parseLossless(wholePatient(root, [], parts).text, 'lexeme') as JsonObject }];
}

async function factsWritten(page: RecordPage, opener: Opener): Promise<Written[]> {
  const facts = firstThings(page).filter((resolution) => !isOfPerson(resolution));
  const opened = await Promise.all(facts.map(async ({ winner }) => ({ source: winner.assertion.source, shown: await opener.open(winner) })));
  return opened.flatMap(({ source, shown }) =>
    shown === null || shown.resource === null ? [] : [{ source, resource: parseLossless(shown.resource, 'lexeme') as JsonObject }],
  );
}

/** Keys of rows hold ids of the ledger: the cursor is sealed. */
async function sealedCursor(after: string, query: RecordQuery, ring: KeyRing): Promise<string> {
  return cursorOf(LIST, JSON.stringify(await ring.seal({ ...placeOf(query), name: 'cursor', scope: 'demographics' }, after)));
}

async function resumed(query: RecordQuery, ring: KeyRing): Promise<RecordQuery | Rejection> {
  if (query.after === null) return query;
  try {
    return { ...query, after: await ring.open(JSON.parse(query.after) as SealedPart, placeOf(query)) };
  } catch {
    // Whatever it was, this list did not give it out.
    return reject('invalid-cursor');
  }
}

function placeOf({ tenant, patientId }: RecordQuery) {
  return { stream: `${tenant}.masked-${patientId}`, eventId: 'cursor' };
}

function distinct<T extends { readonly path: string; readonly code: string }>(refused: readonly T[]): T[] {
  return [...new Map(refused.map((one) => [`${one.path} ${one.code}`, one])).values()];
}
