import { type Static, Type } from '@sinclair/typebox';
import { Name, strictObject, Uuid } from '../event.js';
import { CATEGORIES } from '../phi/categories.js';
import { Reason, Timestamp } from './fields.js';

/** A code, or all codes of a hierarchical system (ICD-10, ICD-10-CM, ICD-9-CM) that begin with three or more letters of it. */
export const CodeRange = strictObject({
  system: Type.String({ minLength: 1, maxLength: 256 }),
  code: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  startsWith: Type.Optional(Type.String({ minLength: 3, maxLength: 16 })),
});

export const Scope = strictObject({
  patientId: Type.Optional(Uuid),
  codes: Type.Optional(Type.Array(CodeRange, { minItems: 1, maxItems: 64 })),
  organization: Type.Optional(Name),
  category: Type.Optional(Type.Union(CATEGORIES.map((category) => Type.Literal(category)))),
  element: Type.Optional(Type.String({ pattern: '^[a-z][A-Za-z]{0,63}$' })),
});

export const DesignateSystemOfRecord = strictObject(
  {
    scope: Scope,
    sources: Type.Array(Name, { minItems: 1, maxItems: 64, uniqueItems: true }),
    effectiveFrom: Type.Optional(Timestamp),
    effectiveTo: Type.Optional(Timestamp),
    reason: Reason,
  },
  {
    description:
      'Says whom to believe for what, most believed first: for a patient (and a range of codes), for what an organization contributes, for a category, for one demographic element, or for everything (empty scope). In force from now on, or from `effectiveFrom`, which may lie in the past or ahead. A protected change: propose it. Role: steward.',
  },
);
export type DesignateSystemOfRecord = Static<typeof DesignateSystemOfRecord>;
