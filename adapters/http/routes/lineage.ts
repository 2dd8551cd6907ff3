import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Rejection } from '../../../domain/rejections.js';
import type { Resolution } from '../../../domain/resolution/resolve.js';
import { organizationsOf } from '../../../projections/reading/designations.js';
import { explainFact } from '../../../projections/reading/explain.js';
import { lineageOf } from '../../../projections/reading/lineage.js';
import { type LineagePath, lineagePathOf, PATH_FORMS } from '../../../projections/reading/lineage-path.js';
import type { RecordPage, RecordQuery } from '../../../projections/reading/record-reader.js';
import { bundleOf, entryOf, standingIn } from '../../fhir/bundle.js';
import { statementUrl, uuidUrl } from '../../fhir/bundle-urls.js';
import { provJson } from '../../fhir/prov.js';
import { factProvenance, provenanceUrl } from '../../fhir/provenance.js';
import { FHIR_TYPE, formatFrom, PROV_TYPE } from '../format.js';
import { bad, isRejection, type Query } from '../parameters.js';
import { answerRead, type Found } from '../reading.js';
import { audited, firstThings, idOf, linksOf, nextOf, type PatientRequest, pageOf, queryOf } from '../record-query.js';
import type { Services } from '../services.js';

/**
 * `GET /v1/patients/{patientId}/lineage`: where each value came from, of the whole record or of what `path` or `factId` names.
 * As our own JSON with an explanation in words, as FHIR Provenance, or as W3C PROV. Nothing is opened for any of them.
 */
export function lineageRoutes(app: FastifyInstance, services: Services): void {
  app.get('/v1/patients/:patientId/lineage', (request: PatientRequest, reply: FastifyReply) =>
    answerRead(services, request, reply, { action: 'read-lineage', patientId: idOf(request) }, async (context) => {
      const format = formatFrom(request, request.query, ['json', 'fhir', 'prov']);
      if (isRejection(format)) return format;
      const path = pathFrom(request.query);
      if (isRejection(path)) return path;
      const asked = await queryOf(services, request, context, 'lineage', ['format', 'path', 'factId']);
      if (isRejection(asked)) return asked;
      const query = narrowed(asked, path);
      const found = await services.records.read(query);
      const page = { ...found, resolutions: firstThings(found).filter(({ fact }) => path.means(fact)) };
      if (format === 'fhir') return provenances(services, request, query, page);
      const lineages = page.resolutions.map((resolution) => lineageOf(resolution, page.disputes));
      if (format === 'prov') return { body: provJson(lineages), type: PROV_TYPE, ...audited(page), opened: 0, headers: linkHeader(request, page) };
      return pageOf(
        query,
        page,
        'lineage',
        lineages.map((lineage) => JSON.stringify({ ...lineage, explanation: explainFact(lineage) })),
        { opened: 0, unreadable: [] },
      );
    }),
  );
}

const EVERYTHING: LineagePath = { category: null, factId: null, means: () => true };
const FACT_ID = /^[A-Za-z0-9._-]{1,160}$/;

function pathFrom({ path, factId }: Query): LineagePath | Rejection {
  if (path !== undefined && factId !== undefined) return bad('factId', 'either path or factId');
  if (factId !== undefined) return typeof factId === 'string' && FACT_ID.test(factId) ? { ...EVERYTHING, factId } : bad('factId', 'the id of a fact');
  if (path === undefined) return EVERYTHING;
  return (typeof path === 'string' ? lineagePathOf(path) : undefined) ?? bad('path', PATH_FORMS);
}

function narrowed(query: RecordQuery, { category, factId }: LineagePath): RecordQuery {
  return { ...query, category: query.category ?? category, ...(factId === null ? {} : { factId }) };
}

/** PROV-JSON has no place for where a list goes on: the header of RFC 8288 has. */
function linkHeader(request: PatientRequest, page: RecordPage): Record<string, string> {
  const [, next] = linksOf(request, nextOf(page, 'lineage'));
  return next === undefined ? {} : { link: `<${next.url}>; rel="next"` };
}

async function provenances(services: Services, request: PatientRequest, { tenant }: RecordQuery, page: RecordPage): Promise<Found> {
  const { resolutions, disputes, group } = page;
  const organizations = await organizationsOf(services, tenant);
  const entries = resolutions.map((resolution) => {
    const target = targetOf(resolution, group.root);
    const provenance = factProvenance({ resolution, disputes, organizations, standing: standingIn(resolution) }, target);
    return entryOf(provenanceUrl(target.url, resolution.fact.factId), JSON.stringify(provenance));
  });
  return { body: bundleOf(entries, linksOf(request, nextOf(page, 'lineage'))), type: FHIR_TYPE, ...audited(page), opened: 0 };
}

/** The entries of the record's bundle, so that the two can be put together: demographics are elements of the one patient. */
function targetOf(resolution: Resolution, root: string): { url: string; paths?: readonly string[] } {
  const { fact, winner } = resolution;
  if (fact.element === null || winner.assertion.resourceType !== 'Patient') return { url: statementUrl(resolution, winner) };
  return { url: uuidUrl(root), paths: [`Patient.${fact.element}`] };
}
