import type { Recorded } from '../schemas/catalogue.js';
import { type Changes, NO_CHANGES, type Projection } from './projection.js';

/** One access as a patient or a privacy officer is shown it. */
export interface AccessRow {
  readonly eventId: string;
  readonly at: string;
  readonly action: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly rule: string;
  readonly subject: string;
  readonly roles: readonly string[];
  readonly organization: string | null;
  readonly purpose: string;
  readonly categories: readonly string[];
  readonly opened: number;
}

/** Who saw what of a patient, in the order of time: one row an access and patient (45 CFR 164.528, GDPR 15). */
export const accessesProjection: Projection = {
  name: 'accesses',
  version: 1,
  lingerMs: 25,
  events: ['access-recorded'],
  needs: () => ({ keys: [], index: [] }),
  apply,
};

function apply({ event }: Recorded): Changes {
  if (event.type !== 'access-recorded' || event.data.patients.length === 0) return NO_CHANGES;
  const { action, outcome, code, rule, categories, opened, patients } = event.data;
  const { subject, roles, organization } = event.actor;
  const value: AccessRow = {
    eventId: event.id,
    at: event.recordedAt,
    action,
    outcome,
    code,
    rule,
    subject,
    roles,
    organization,
    purpose: event.purpose,
    categories,
    opened,
  };
  const put = patients.map((patientId) => ({ key: `${accessPrefix(event.tenant, patientId)}${event.recordedAt}/${event.id}`, value, index: [] }));
  return { put, remove: [] };
}

export function accessPrefix(tenant: string, patientId: string): string {
  return `${tenant}/${patientId}/`;
}
