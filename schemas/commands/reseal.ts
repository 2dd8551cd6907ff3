import type { Static } from '@sinclair/typebox';
import { strictObject } from '../event.js';

export const Reseal = strictObject(
  {},
  {
    description:
      'Wraps every key of the tenant that is not under its current key-encryption key anew, at once: after a restored backup, or from before tenants had keys of their own. Role: privacy-officer or operator.',
  },
);
export type Reseal = Static<typeof Reseal>;
