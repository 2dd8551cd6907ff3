import { type Static, Type } from '@sinclair/typebox';
import { Name, PurposeOfUse, strictObject } from '../event.js';
import { FINDING_TYPES } from './finding-types.js';

/** Of the published form: a change is a new version. */
export const OUTBOUND_POLICY_VERSION = 1;

/** What becomes of identifiers in texts that a feed hands to these readers. Who has no policy gets what the source wrote. */
export const OutboundPolicy = strictObject(
  {
    name: Type.String({ pattern: '^[a-z][a-z0-9-]{1,40}$' }),
    version: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    description: Type.String({ minLength: 1, maxLength: 400 }),
    readers: Type.Array(strictObject({ role: Name, purposes: Type.Array(PurposeOfUse, { minItems: 1, maxItems: 16 }) }), { minItems: 1, maxItems: 8 }),
    /** Kinds of identifiers; the others stay. */
    types: Type.Array(Type.Union(FINDING_TYPES.map((type) => Type.Literal(type))), { minItems: 1, uniqueItems: true }),
    atLeast: Type.Union([Type.Literal('possible'), Type.Literal('likely'), Type.Literal('certain')]),
    /** `hold` and `block` leave the content out and say so; both can be read in the record by who may. */
    action: Type.Union([Type.Literal('mark'), Type.Literal('mask'), Type.Literal('hold'), Type.Literal('block')]),
  },
  { description: 'What leaves through a feed is looked at once more, for whom, for what, and what is done about it.' },
);

export type OutboundPolicy = Static<typeof OutboundPolicy>;
