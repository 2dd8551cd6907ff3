import { type Static, Type } from '@sinclair/typebox';
import { Name, strictObject } from '../event.js';
import { SOURCE_KINDS } from '../events/source-registered.js';
import { STORED_CLEAR } from './fields.js';

export const RegisterSource = strictObject(
  {
    sourceId: Name,
    displayName: Type.String({ minLength: 1, maxLength: 120, [STORED_CLEAR]: true }),
    kind: Type.Union(SOURCE_KINDS.map((kind) => Type.Literal(kind))),
    organization: Type.Optional(Name),
  },
  { description: 'Lets a source system speak in this tenant. Role: steward or operator.' },
);
export type RegisterSource = Static<typeof RegisterSource>;
