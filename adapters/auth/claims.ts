import { type Static, Type } from '@sinclair/typebox';
import { Name, nullable, PurposeOfUse } from '../../schemas/event.js';

/** What a token must say. Anything that is missing or of another form means: no identity, no access. */
export const Claims = Type.Object({
  sub: Name,
  tenant: Type.String({
    pattern: '^(?!system$)[a-z0-9][a-z0-9-]{0,31}$',
    description: 'Lower case, so that it stands in stream names; `system` is the ledger itself.',
  }),
  roles: Type.Array(Name, { minItems: 1, maxItems: 16 }),
  purpose: PurposeOfUse,
  organization: Type.Optional(nullable(Name)),
  exp: Type.Number(),
});

export type Claims = Static<typeof Claims>;
