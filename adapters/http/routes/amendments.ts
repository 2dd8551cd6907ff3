import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { NO_KEYS } from '../../../domain/record/unreadable.js';
import type { Rejection } from '../../../domain/rejections.js';
import { type AccessRow, accessPrefix } from '../../../projections/accesses.js';
import { amendmentJson, partiesTo } from '../../../projections/reading/amendment-json.js';
import { amendmentsOf } from '../../../projections/reading/amendment-notes.js';
import { incompleteOf } from '../../../projections/reading/damage.js';
import { ownersOf, Words } from '../../../projections/reading/words.js';
import type { AmendmentRow } from '../../../schemas/read-models/amendment.js';
import { reachMinimum } from '../minimum-position.js';
import { cursorFrom, cursorOf, idOf, isRejection, limitFrom, type Query, refuseUnknown } from '../parameters.js';
import { answerRead, type Found, JSON_TYPE, type ReadContext } from '../reading.js';
import type { Services } from '../services.js';

/** How much of the accounting is looked through for whom to inform; `partiesComplete` says whether that was all of it. */
const ACCESSES_AT_MOST = 20_000;
const ACCESSES_PAGE = 2000;

type PatientRequest = FastifyRequest<{ Params: { patientId: string }; Querystring: Query }>;

/** `GET /v1/patients/{patientId}/amendments`: for the patient, and for those who answer or treat. */
export function amendmentRoutes(app: FastifyInstance, services: Services): void {
  app.get('/v1/patients/:patientId/amendments', (request: PatientRequest, reply: FastifyReply) =>
    answerRead(services, request, reply, { action: 'read-record', patientId: idOf(request.params.patientId), detail: { feed: 'amendments' } }, (context) =>
      listed(services, request, context),
    ),
  );
}

async function listed(services: Services, request: PatientRequest, { caller, vault, opens }: ReadContext): Promise<Found | Rejection> {
  const { patientId } = request.params;
  const unknown = refuseUnknown(request.query, ['limit', 'cursor']);
  const [limit, after] = [limitFrom(request.query, 100, 500), cursorFrom(request.query, 'amendments')];
  for (const value of [unknown, limit, after]) if (value !== null && isRejection(value)) return value;
  const behind = await reachMinimum(services, request, ['amendments', 'record']);
  if (behind !== null) return behind;
  const all = (await amendmentsOf(services.models, caller.tenant, patientId)).sort((left, right) => (orderOf(left) < orderOf(right) ? -1 : 1));
  const left = all.filter((row) => after === null || orderOf(row) > (after as string));
  const rows = left.slice(0, limit as number);
  const last = left.length > rows.length ? rows.at(-1) : undefined;
  const accounting = opens && rows.some(({ acceptance }) => acceptance !== null) ? await accountingOf(services, caller.tenant, rows) : null;
  const words = new Words(opens ? ownersOf(vault, caller.tenant) : NO_KEYS);
  const shown: object[] = [];
  for (const row of rows) {
    const parties = accounting === null || row.acceptance === null ? null : partiesTo(row, row.acceptance.at, accounting.rows);
    shown.push(await amendmentJson(row, services.clock.now(), words, parties));
  }
  const next = last === undefined ? null : cursorOf('amendments', orderOf(last));
  return {
    body: JSON.stringify({ patientId, amendments: shown, partiesComplete: accounting?.complete ?? null, next, ...incompleteOf(words.unreadable) }),
    type: JSON_TYPE,
    // Of merged patients, everybody whose words these are.
    patients: [...new Set([patientId, ...rows.map((row) => row.patientId)])],
    categories: [...new Set(rows.map(({ category }) => category))],
    opened: words.count,
    unreadable: words.unreadable,
  };
}

function orderOf({ receivedAt, amendmentId }: AmendmentRow): string {
  return `${receivedAt}/${amendmentId}`;
}

interface Accounting {
  readonly rows: readonly AccessRow[];
  readonly complete: boolean;
}

/** The accounting of disclosures of every patient that these requests are of. */
async function accountingOf({ models }: Services, tenant: string, requests: readonly AmendmentRow[]): Promise<Accounting> {
  const rows: AccessRow[] = [];
  for (const patientId of new Set(requests.map((row) => row.patientId))) {
    let after: string | undefined;
    do {
      const page = await models.byPrefix('accesses', accessPrefix(tenant, patientId), { limit: ACCESSES_PAGE, ...(after === undefined ? {} : { after }) });
      rows.push(...page.map((row) => row.value as AccessRow));
      after = page.length === ACCESSES_PAGE ? page.at(-1)?.key : undefined;
      if (rows.length >= ACCESSES_AT_MOST) return { rows, complete: after === undefined };
    } while (after !== undefined);
  }
  return { rows, complete: true };
}
