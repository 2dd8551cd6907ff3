import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { mayRead, PERMISSION_RULE, type ReadDecision, type Reader } from '../../../domain/access/permissions.js';
import type { KeysState } from '../../../domain/keys/decide.js';
import { LedgerFault, reject } from '../../../domain/rejections.js';
import type { EventOf } from '../../../schemas/catalogue.js';
import { exposureOf } from '../../keys/exposure.js';
import { currentKek, type WrappedKek } from '../../keys/key-store.js';
import { keysSaid } from '../../keys/keys-said.js';
import { resealedCounts } from '../../keys/resealed-parts.js';
import { keyAge } from '../key-ages.js';
import { type Query, refuseUnknown } from '../parameters.js';
import { answerRead, JSON_TYPE } from '../reading.js';
import type { Services } from '../services.js';

/** The latest; all of them are in the log. */
const SHOWN_AT_MOST = 200;
const PATIENTS_AN_ACCESS = 1000;

type Request = FastifyRequest<{ Querystring: Query }>;

/** What stands of a tenant's keys: ids, ages, states and counts; never a key, and of patients only whom an order or report names. */
export function keyRoutes(app: FastifyInstance, services: Services): void {
  app.get('/v1/keys', (request: Request, reply) =>
    answerRead(services, request, reply, { action: 'operate', patientId: null, grant: { rule: PERMISSION_RULE, may: mayLook } }, async ({ caller }) => {
      const unknown = refuseUnknown(request.query, []);
      if (unknown !== null) return unknown;
      const { state } = await keysSaid(services.store, caller.tenant);
      const patients = [...state.rotations.values(), ...state.suspensions.values(), ...state.reports.values()]
        .slice(-PATIENTS_AN_ACCESS)
        .flatMap(({ data }) => data.patientId ?? []);
      return {
        body: JSON.stringify(await overview(services, caller.tenant, state)),
        type: JSON_TYPE,
        patients: [...new Set(patients)],
        categories: [],
        opened: 0,
      };
    }),
  );

  app.get('/v1/keys/compromises/:reportId', (request: FastifyRequest<{ Params: { reportId: string }; Querystring: Query }>, reply) =>
    answerRead(services, request, reply, { action: 'read-accesses', patientId: null }, async ({ caller }) => {
      const unknown = refuseUnknown(request.query, []);
      if (unknown !== null) return unknown;
      const { reports, state } = await keysSaid(services.store, caller.tenant);
      const report = reports.get(request.params.reportId);
      if (report === undefined) return reject('unknown-key');
      const digest = state.reports.get(report.data.reportId)?.incident?.data.digest;
      if (digest === undefined) return reject('read-model-behind');
      const { canonical } = await exposureOf(services.store, report);
      if (createHash('sha256').update(canonical).digest('hex') !== digest)
        throw new LedgerFault('internal', { cause: new Error('the exposure report is not the one that the incident was opened with') });
      const { patients } = JSON.parse(canonical) as { readonly patients: readonly string[] };
      for (let from = PATIENTS_AN_ACCESS; from < patients.length; from += PATIENTS_AN_ACCESS)
        await services.handlerDeps.accessLog.record({
          caller,
          correlationId: request.correlationId,
          data: accessTo(patients.slice(from, from + PATIENTS_AN_ACCESS)),
        });
      return { body: canonical, type: JSON_TYPE, patients: patients.slice(0, PATIENTS_AN_ACCESS), categories: [], opened: 0 };
    }),
  );
}

/** The operator, who runs the keys, and whoever may see who had access. */
function mayLook(reader: Reader): ReadDecision {
  const asOperator = mayRead(reader, 'operate', null);
  return asOperator.allowed ? asOperator : mayRead(reader, 'read-accesses', null);
}

function accessTo(patients: readonly string[]): EventOf<'access-recorded'>['data'] {
  const allowed = { outcome: 'allowed' as const, code: null, rule: PERMISSION_RULE };
  return { action: 'read-accesses', ...allowed, patients: [...patients], categories: [], opened: 0, detail: null };
}

async function overview({ keyring, config, clock, models }: Services, tenant: string, state: KeysState) {
  const { root, keyStore, keys } = keyring;
  const nowMs = Date.parse(clock.now());
  const age = (createdAt: string) => keyAge(createdAt, config.cryptoperiodDays, nowMs);
  const [keks, secrets, currentRoot] = [await keyStore.keks(tenant), await keyStore.countSecrets(tenant), await root.currentId()];
  const current = currentKek(keks)?.kekId;
  const left = secrets.filter(({ kekId }) => kekId !== current).reduce((sum, { secrets: count }) => sum + count, 0);
  const { hits, misses, ...cache } = keys.cache.counts;
  return {
    cryptoperiodDays: config.cryptoperiodDays,
    root: {
      provider: root.provider,
      keys: (await root.list()).map(({ rootId, createdAt }) => ({ rootId, current: rootId === currentRoot, age: age(createdAt) })),
    },
    tenantKeys: keks.map(({ kekId, generation, state: standing, rootId, createdAt }: WrappedKek) => ({
      ...{ kekId, generation, state: standing, rootId, age: age(createdAt) },
      secrets: secrets.filter((count) => count.kekId === kekId).map(({ state: of, secrets: count }) => ({ state: of, count })),
    })),
    secretsUnderFormerKeys: left,
    rotations: [...state.rotations.values()].slice(-SHOWN_AT_MOST).map(({ data, at, completed }) => ({
      ...data,
      orderedAt: at,
      completedAt: completed?.at ?? null,
      rewrapped: completed?.data.rewrapped ?? null,
      left: completed === null && data.level === 'tenant' ? left : 0,
    })),
    suspensions: [...state.suspensions.values()]
      .slice(-SHOWN_AT_MOST)
      .map(({ data, at, carriedOut }) => ({ ...data, orderedAt: at, state: carriedOut?.to ?? null })),
    compromises: await Promise.all(
      [...state.reports.values()].slice(-SHOWN_AT_MOST).map(async ({ data, at, incident }) => ({
        ...{ ...data, reportedAt: at, incident: incident?.data ?? null },
        resealed: await resealedCounts(models, tenant, data.reportId),
      })),
    ),
    cache: { ...cache, hits, misses, hitRate: hits + misses === 0 ? null : hits / (hits + misses) },
  };
}
