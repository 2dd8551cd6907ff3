import { Type } from '@sinclair/typebox';
import { eventSchema, Instant, nullable, Uuid } from '../event.js';

/**
 * What may have come out, counted, and by when whom the law wants to be told: the individuals without unreasonable delay and
 * at most 60 days from the discovery (45 CFR 164.404(b)); the Secretary then too when 500 or more are affected, else within 60
 * days of the calendar year's end (164.408); the media from more than 500 residents of a state on (164.406). The list itself is
 * made again from the log through `through`, and has this digest.
 */
export const IncidentOpened = eventSchema('incident-opened', 1, {
  incidentId: Uuid,
  kind: Type.Literal('key-compromise'),
  reportId: Uuid,
  discoveredAt: Instant,
  through: nullable(Type.String({ maxLength: 100 })),
  events: Type.Integer({ minimum: 0 }),
  patients: Type.Integer({ minimum: 0 }),
  readers: Type.Integer({ minimum: 0 }),
  feeds: Type.Integer({ minimum: 0 }),
  digest: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the exposure report as canonical JSON.' }),
  individualsBy: Instant,
  secretaryBy: Instant,
  /** Whether more than 500 may be affected, so that the media may have to be told: residence is for a person to judge. */
  mediaToBeJudged: Type.Boolean(),
});
