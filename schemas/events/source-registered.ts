import { Type } from '@sinclair/typebox';
import { eventSchema, Name, nullable } from '../event.js';

export const SOURCE_KINDS = ['ehr', 'lis', 'ris', 'pharmacy', 'device-gateway', 'legacy-feed', 'portal', 'other'] as const;

/** A source system may speak from now on. `displayName` names a system, never a person. */
export const SourceRegistered = eventSchema('source-registered', 1, {
  sourceId: Name,
  displayName: Type.String({ minLength: 1, maxLength: 120 }),
  kind: Type.Union(SOURCE_KINDS.map((kind) => Type.Literal(kind))),
  organization: nullable(Name),
});
