import { Type } from '@sinclair/typebox';
import { sealingEventSchema, Uuid } from '../event.js';
import { AssertionProperties } from './statement.js';

/** A source states the demographics it holds; `replaces` names the events of the same source record that it takes the place of. */
export const DemographicsUpdated = sealingEventSchema('demographics-updated', 3, {
  ...AssertionProperties,
  replaces: Type.Array(Uuid, { maxItems: 64 }),
});
