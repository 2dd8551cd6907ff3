import { NO_KEYS, ringsOf } from '../../../domain/record/unreadable.js';
import type { Rejection } from '../../../domain/rejections.js';
import type { Dispute } from '../../../domain/resolution/disputes.js';
import type { Resolution } from '../../../domain/resolution/resolve.js';
import { organizationsOf } from '../../../projections/reading/designations.js';
import { Opener } from '../../../projections/reading/opener.js';
import type { RecordPage, RecordQuery } from '../../../projections/reading/record-reader.js';
import { ownersOf, Words } from '../../../projections/reading/words.js';
import { type FactsTold, recordBundle } from '../../fhir/bundle.js';
import { notesFor } from '../fact-notes.js';
import { FHIR_TYPE } from '../format.js';
import { bad, isRejection } from '../parameters.js';
import type { Found, ReadContext } from '../reading.js';
import { answering, audited, firstThings, linksOf, nextOf, type PatientRequest, queryOf } from '../record-query.js';
import type { Services } from '../services.js';

const PERSON_PAGE = 2000;

/** The record as a FHIR bundle: the patient on the first page, then facts page by page. */
export async function bundleFound(services: Services, request: PatientRequest, context: ReadContext): Promise<Found | Rejection> {
  const withAlternatives = alternativesFrom(request.query['alternatives']);
  if (isRejection(withAlternatives)) return withAlternatives;
  const query = await queryOf(services, request, context, 'facts', ['format', 'alternatives']);
  if (isRejection(query)) return query;
  const page = await services.records.read(query);
  const person = query.after === null ? await personOf(services, query) : null;
  const { opens, vault } = context;
  const opener = new Opener(opens ? ringsOf(vault, query.tenant) : NO_KEYS, 'told');
  const words = new Words(opens ? ownersOf(vault, query.tenant) : NO_KEYS);
  const notesOf = await notesFor(services, query, words);
  const unreadable = () => [...opener.unreadable, ...words.unreadable];
  const { patientId, mergedPatients: replaced } = answering(query, page);
  const body = await recordBundle({
    patientId,
    replaced,
    person,
    page: { resolutions: firstThings(page).filter((resolution) => !isOfPerson(resolution)), disputes: page.disputes },
    organizations: await organizationsOf(services, query.tenant),
    withAlternatives: withAlternatives === 'true',
    opener,
    notesOf,
    unreadable,
    links: linksOf(request, nextOf(page, 'facts')),
  });
  return { body, type: FHIR_TYPE, ...auditedAll(page, person), opened: opener.count + words.count, unreadable: unreadable() };
}

function alternativesFrom(text: unknown): 'true' | 'false' | Rejection {
  return text === undefined || text === 'false' ? 'false' : text === 'true' ? 'true' : bad('alternatives', 'true, false');
}

/** Null where demographics are not asked for: who may not have them asks for a category. */
export async function personOf(services: Services, query: RecordQuery): Promise<FactsTold | null> {
  if (query.category !== null && query.category !== 'demographics') return null;
  const told: { resolutions: Resolution[]; disputes: Dispute[] } = { resolutions: [], disputes: [] };
  // One Patient cannot be cut into pages; what bounds it is how many records sources and merged patients can have of one person.
  for (let after: string | null = null; ; ) {
    const page: RecordPage = await services.records.read({ ...query, category: 'demographics', after, limit: PERSON_PAGE });
    told.resolutions.push(...page.resolutions.filter(isOfPerson));
    told.disputes.push(...page.disputes);
    if (page.next === null) return told;
    after = page.next;
  }
}

/** Related persons are demographics too, and stand for themselves. */
export function isOfPerson({ fact, winner }: Resolution): boolean {
  return fact.category === 'demographics' && winner.assertion.resourceType === 'Patient';
}

function auditedAll(page: RecordPage, person: FactsTold | null): Pick<Found, 'patients' | 'categories'> {
  const { patients, categories } = audited(page);
  return { patients, categories: [...new Set([...categories, ...(person === null || person.resolutions.length === 0 ? [] : ['demographics'])])] };
}
