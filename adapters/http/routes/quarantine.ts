import type { FastifyInstance, FastifyRequest } from 'fastify';
import { damageBehind, type Unreadable } from '../../../domain/record/unreadable.js';
import type { KeyRing } from '../../../domain/rings.js';
import { streams } from '../../../domain/streams.js';
import { damageOf, incompleteOf } from '../../../projections/reading/damage.js';
import type { EventOf } from '../../../schemas/catalogue.js';
import type { SealedPart } from '../../../schemas/event.js';
import { bad, cursorOf, isRejection, limitFrom, type Query, refuseUnknown, revisionFrom } from '../parameters.js';
import { answerRead, JSON_TYPE } from '../reading.js';
import type { Services } from '../services.js';

type Quarantined = EventOf<'input-quarantined'>;

/** `GET /v1/quarantine?source=S`: what a source sent and the ledger could not take, with the reason; opened for a steward to repair. */
export function quarantineRoutes(app: FastifyInstance, services: Services): void {
  app.get('/v1/quarantine', (request: FastifyRequest<{ Querystring: Query }>, reply) =>
    answerRead(services, request, reply, { action: 'read-quarantine', patientId: null }, async ({ caller, vault, opens }) => {
      const { query } = request;
      const unknown = refuseUnknown(query, ['source', 'limit', 'cursor']);
      const [limit, from] = [limitFrom(query, 100, 1000), revisionFrom(query, 'quarantine')];
      for (const value of [unknown, limit, from]) if (value !== null && isRejection(value)) return value;
      const source = query['source'];
      if (typeof source !== 'string' || source === '') return bad('source', 'the id of a source');
      const size = limit as number;
      const page = await services.store.readStream(streams.quarantine(caller.tenant, source), { from: from as number, limit: size });
      const unreadable: Unreadable[] = [];
      let opened = 0;
      const entries = await Promise.all(
        page.map(async ({ event, revision, position }) => {
          const { id: eventId, stream, sealed } = event as Quarantined;
          const data = (event as Quarantined).data;
          const about = { eventId, recordedAt: event.recordedAt, revision, position, ...data };
          if (!opens) return about;
          const part = sealed[0] as SealedPart;
          const shown = async (ring: KeyRing) => {
            if (!ring.holds(part)) return { withheld: true };
            const input = await ring.open(part, { stream, eventId });
            opened += 1;
            return { input };
          };
          try {
            if (data.sealedUnder === 'tenant') return { ...about, ...(await shown(await vault.tenantRing(caller.tenant))) };
            return { ...about, ...((await vault.withInput(caller.tenant, data.inputToken, shown)) ?? { destroyed: true }) };
          } catch (fault) {
            const damage = { code: await damageBehind(fault, () => vault.tenantRing(caller.tenant, 'anew')), eventId, stream };
            unreadable.push(damage);
            return { ...about, damage: damageOf(damage) };
          }
        }),
      );
      const last = page.at(-1);
      const next = page.length === size && last !== undefined ? cursorOf('quarantine', String(last.revision + 1)) : null;
      const body = JSON.stringify({ source, quarantine: entries, next, ...incompleteOf(unreadable) });
      return { body, type: JSON_TYPE, patients: [], categories: [], opened, unreadable };
    }),
  );
}
