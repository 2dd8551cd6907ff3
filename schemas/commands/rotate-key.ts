import { type Static, Type } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';
import { ROTATION_REASONS } from '../events/key-rotation-ordered.js';
import { KEY_LEVELS } from '../phi/key-levels.js';
import { Timestamp } from './fields.js';

export const RotateKey = strictObject(
  {
    level: Type.Union(KEY_LEVELS.map((level) => Type.Literal(level))),
    /** For the level `patient`, and for no other. */
    patientId: Type.Optional(Uuid),
    because: Type.Optional(Type.Union(ROTATION_REASONS.map((reason) => Type.Literal(reason)))),
    /** For the level `tenant` alone, at most 30 days ahead: until then the next key is there, and wraps nothing. */
    activatesAt: Type.Optional(Timestamp),
  },
  {
    description:
      'Replaces a key by its next generation while everything goes on; GET /v1/keys shows the progress. With `activatesAt` the next key of a tenant is made now and put into use then. For the root, which all tenants share, a protected change: propose it. Role: privacy-officer or operator.',
  },
);
export type RotateKey = Static<typeof RotateKey>;
