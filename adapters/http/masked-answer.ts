import { scopesHeld } from '../../domain/access/scopes.js';
import type { JsonObject } from '../../domain/json/json-value.js';
import { parseLossless } from '../../domain/json/lossless.js';
import { jsonText } from '../../domain/json/write.js';
import { knownTexts } from '../../domain/masking/known-texts.js';
import { outboundPolicyOf } from '../../domain/masking/outbound-policy.js';
import type { Plan } from '../../domain/masking/plan.js';
import { scrubbed } from '../../domain/masking/scrub.js';
import type { MaskedResource } from '../../domain/masking/walk.js';
import { type Rejection, reject } from '../../domain/rejections.js';
import type { Resolution } from '../../domain/resolution/resolve.js';
import type { KeyRing, Vault } from '../../domain/rings.js';
import { type Outbound, outbound } from '../../domain/scanning/outbound.js';
import { Opener } from '../../projections/reading/opener.js';
import type { RecordPage, RecordQuery } from '../../projections/reading/record-reader.js';
import type { SealedPart } from '../../schemas/event.js';
import { type PatientPart, wholePatient } from '../fhir/bundle-patient.js';
import { PatientMasking, type Written } from '../masking/patient-masking.js';
import { pseudonymOf } from '../masking/pseudonym.js';
import { fhirShapes } from '../masking/shapes.js';
import { PatientTokens } from '../masking/tokens.js';
import { BASE64 } from '../scanning/base64.js';
import { everythingSaid, personSaid, scannerKnowing } from './known-person.js';
import { cursorOf, isRejection } from './parameters.js';
import { type Found, JSON_TYPE, type ReadContext } from './reading.js';
import { audited, firstThings, type PatientRequest, queryOf } from './record-query.js';
import { isOfPerson } from './routes/fhir-record.js';
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
  const ring = (await firstRing(vault, caller.tenant, [asked.patientId]))?.ring;
  // Erased since it was found.
  if (ring === undefined) return reject('unknown-patient');
  const query = await resumed(asked, ring);
  if (isRejection(query)) return query;
  const page = await services.records.read(query);
  const people = await personSaid(services, query);
  const knowing = new Opener((member) => vault.patientRing(query.tenant, member));
  const scopes = scopesHeld(caller.actor.roles, caller.purpose);
  const opener = new Opener(async (member) => (await vault.patientRing(query.tenant, member))?.limitedTo(scopes));
  const { root } = page.group;
  // The survivor's keys as long as they live: with them all who are one person have one offset and one name.
  const { owner, ring: own } = (await firstRing(vault, query.tenant, [root, query.patientId])) as OwnRing;
  const pseudonym = pseudonymOf(await vault.tenantRing(query.tenant), recipientOf(context), owner);
  const said = await everythingSaid(people, knowing);
  const scan = scannerKnowing(said);
  const masking = new PatientMasking({
    known: knownTexts(said),
    scrub: (text) => scrubbed(text, scan(text)),
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
  const policy = outboundPolicyOf(plan, caller.actor.roles);
  const leaving = (await masking.mask(written)).map((result) => lookedAt(result, (resource) => outbound(resource, { shapes, scan, policy, base64: BASE64 })));
  const blocked = leaving.flatMap((one) => (one.kind === 'block' ? one.types : []));
  if (blocked.length > 0) return reject('answer-holds-identifiers', [{ pointer: '/resources', rule: [...new Set(blocked)].join(', ') }]);
  return {
    body: bodyOf({ profile: plan.name, version: plan.version, patient: pseudonym, recipient: recipientOf(context), next }, leaving),
    type: JSON_TYPE,
    patients,
    categories: [...new Set([...categories, ...(people.length > 0 ? ['demographics'] : [])])],
    opened: opener.count + knowing.count,
  };
}

interface OwnRing {
  readonly owner: string;
  readonly ring: KeyRing;
}

async function firstRing(vault: Vault, tenant: string, owners: readonly string[]): Promise<OwnRing | undefined> {
  for (const owner of owners) {
    const ring = await vault.patientRing(tenant, owner);
    if (ring !== undefined) return { owner, ring };
  }
  return undefined;
}

/** A resource on its way out: masked, and looked at once more. */
type Leaving = MaskedResource | Held;

interface Held {
  readonly kind: 'hold' | 'block';
  readonly types: readonly string[];
  readonly resource: JsonObject;
}

function lookedAt(result: MaskedResource, look: (resource: JsonObject) => Outbound): Leaving {
  if (result.kind === 'withheld') return result;
  const last = look(result.resource);
  return last.kind === 'pass' ? { ...result, resource: last.resource } : { ...last, resource: result.resource };
}

/** `withheld` are resources that the plan cannot show, `held` those that wait for a person, `refused` the masks that did not fit what they met. */
function bodyOf(about: Readonly<Record<string, unknown>>, leaving: readonly Leaving[]): string {
  const shown = leaving.flatMap((one) => (one.kind === 'masked' ? [one] : []));
  const held = leaving.flatMap((one) =>
    one.kind === 'hold' ? [{ resourceType: one.resource['resourceType'], id: one.resource['id'], found: one.types }] : [],
  );
  const withheld = leaving.filter(({ kind }) => kind === 'withheld').length;
  const head = JSON.stringify({ ...about, withheld, held, refused: distinct(shown.flatMap(({ refused }) => refused)) });
  return `${head.slice(0, -1)},"resources":[${shown.map(({ resource }) => jsonText(resource)).join(',')}]}`;
}

/** Who is given it: an organization, or a person who has none. */
function recipientOf({ caller: { actor } }: ReadContext): string {
  return actor.organization ?? actor.subject;
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
