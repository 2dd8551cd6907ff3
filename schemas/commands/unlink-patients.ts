import { type Static, Type } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';
import { UNLINK_VERDICTS } from '../events/patients-unlinked.js';
import { Reason } from './fields.js';

export const UnlinkPatients = strictObject(
  {
    patientId: Uuid,
    otherPatientId: Uuid,
    /** `different-people` also settles a candidate that was never linked: the pair is not offered again until demographics change. */
    verdict: Type.Optional(Type.Union(UNLINK_VERDICTS.map((verdict) => Type.Literal(verdict)))),
    reason: Reason,
  },
  { description: 'Ends a link, or says after a review that two patients are different people. Role: steward.' },
);
export type UnlinkPatients = Static<typeof UnlinkPatients>;
