import { type Static, Type } from '@sinclair/typebox';
import { Name, strictObject } from '../event.js';
import { CATEGORIES } from '../phi/categories.js';
import { Reason, Timestamp } from './fields.js';

export const DesignateSystemOfRecord = strictObject(
  {
    scope: strictObject({
      category: Type.Optional(Type.Union(CATEGORIES.map((category) => Type.Literal(category)))),
      element: Type.Optional(Type.String({ pattern: '^[a-z][A-Za-z]{0,63}$' })),
    }),
    sources: Type.Array(Name, { minItems: 1, maxItems: 64, uniqueItems: true }),
    effectiveFrom: Type.Optional(Timestamp),
    reason: Reason,
  },
  {
    description:
      'Says whom to believe for what, most believed first: for a category, for one demographic element, or for everything (empty scope). In force from now on, or from `effectiveFrom`. Role: steward.',
  },
);
export type DesignateSystemOfRecord = Static<typeof DesignateSystemOfRecord>;
