import { type Rejection, reject } from '../../domain/rejections.js';
import type { CommandBody } from '../../schemas/command-catalogue.js';
import type { CommandDeps } from '../deps.js';
import { checkedDesignation } from '../designate-system-of-record.js';
import { nameScope } from '../designation-scope.js';
import { erasureOf, lastStatedAt, unknownPatientNamed } from '../erasure/erasure.js';
import type { IncomingCommand } from '../incoming.js';
import { instantOf } from '../instant.js';
import { firstUnknown } from '../submit-identities.js';

/**
 * Why a proposed command could not take effect whenever it was approved: it names nobody who is known here, or a time that
 * does not exist. What only others' doings may rule out (a circle of merges, a conflict that moved on) is told by the approval.
 */
export async function neverPossible(deps: CommandDeps, { name, body, caller: { tenant } }: IncomingCommand): Promise<Rejection | null> {
  switch (name) {
    case 'merge-patients':
    case 'unmerge-patients': {
      const { survivor, absorbed } = body as CommandBody<'merge-patients'>;
      return (
        (await firstUnknown(deps, tenant, { survivor, absorbed }, name)) ?? (name === 'merge-patients' && survivor === absorbed ? reject('same-patient') : null)
      );
    }
    case 'designate-system-of-record': {
      const checked = await checkedDesignation(deps, tenant, body as CommandBody<'designate-system-of-record'>);
      return 'kind' in checked ? checked : null;
    }
    case 'withdraw-designation': {
      const { scope, effectiveFrom } = body as CommandBody<'withdraw-designation'>;
      const named = await nameScope(deps, tenant, scope);
      if ('kind' in named) return named;
      const exists = effectiveFrom === undefined || instantOf(effectiveFrom) !== undefined;
      return exists ? null : reject('invalid-date', [{ pointer: '/effectiveFrom', rule: 'real-instant' }]);
    }
    case 'erase-patient':
    case 'release-legal-hold': {
      const { patientId, holdId } = body as CommandBody<'erase-patient'> & Partial<CommandBody<'release-legal-hold'>>;
      if ((await lastStatedAt(deps, tenant, patientId)) === null) return unknownPatientNamed();
      const erasure = await erasureOf(deps, tenant, patientId);
      if (erasure.order !== null) return reject('patient-erased');
      return holdId === undefined || erasure.holds.has(holdId) ? null : reject('unknown-hold', [{ pointer: '/holdId', rule: 'hold-of-this-patient' }]);
    }
    default:
      return null;
  }
}
