import { type Static, Type } from '@sinclair/typebox';
import { strictObject, Uuid } from '../event.js';
import { ROTATION_REASONS } from '../events/key-rotation-ordered.js';
import { KEY_LEVELS } from '../phi/key-levels.js';

export const RotateKey = strictObject(
  {
    level: Type.Union(KEY_LEVELS.map((level) => Type.Literal(level))),
    /** For the level `patient`, and for no other. */
    patientId: Type.Optional(Uuid),
    because: Type.Optional(Type.Union(ROTATION_REASONS.map((reason) => Type.Literal(reason)))),
  },
  {
    description:
      'Replaces a key by its next generation while everything goes on; GET /v1/keys shows the progress. For the root, which all tenants share, a protected change: propose it. Role: privacy-officer or operator.',
  },
);
export type RotateKey = Static<typeof RotateKey>;
