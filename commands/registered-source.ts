import { sourceDecider } from '../domain/sourcing/decide.js';
import { streams } from '../domain/streams.js';
import type { CommandDeps } from './deps.js';

/** Is there such a source here, active or suspended? What it said counts either way. */
export async function registeredSource(deps: Pick<CommandDeps, 'states'>, tenant: string, sourceId: string): Promise<boolean> {
  const stream = streams.source(tenant, sourceId);
  const folded = await deps.states.load(sourceDecider, stream);
  if (folded.state.registered === null) await deps.states.refresh(sourceDecider, stream, folded);
  return folded.state.registered !== null;
}
