import { identitiesDecider } from '../domain/patients/decide.js';
import { type IdentitiesState, initialIdentities } from '../domain/patients/identities.js';
import { streams } from '../domain/streams.js';
import type { CommandDeps } from './deps.js';
import type { Folded } from './states.js';

/** How long merges may be believed without looking: how late one reaches the other ledgers of a cluster. */
const BELIEVED_MS = 1000;

/**
 * Which patients are one person, looked up at most once a second for each tenant. A command that was decided on what was
 * true a moment before loses nothing: it goes to its patient's own stream either way, and what it lacks toward the
 * survivor is made up by whoever comes next.
 */
export class Identities {
  readonly #looked = new Map<string, number>();
  readonly #looking = new Map<string, Promise<Folded<IdentitiesState>>>();

  constructor(private readonly nowMs: () => number) {}

  /** As this process has seen them, at most a second ago. */
  async believed(deps: Pick<CommandDeps, 'states'>, tenant: string): Promise<IdentitiesState> {
    const due = this.nowMs() - (this.#looked.get(tenant) ?? Number.NEGATIVE_INFINITY) >= BELIEVED_MS;
    // Who comes while somebody looks waits with them: commands about one patient must not overtake each other.
    const looking = this.#looking.get(tenant) ?? (due ? this.#look(deps, tenant) : undefined);
    return (await (looking ?? deps.states.load(identitiesDecider, streams.identities(tenant)))).state;
  }

  #look(deps: Pick<CommandDeps, 'states'>, tenant: string): Promise<Folded<IdentitiesState>> {
    const looking = this.latest(deps, tenant).finally(() => this.#looking.delete(tenant));
    this.#looking.set(tenant, looking);
    return looking;
  }

  /** As the log has them now. */
  async latest(deps: Pick<CommandDeps, 'states'>, tenant: string): Promise<Folded<IdentitiesState>> {
    const stream = streams.identities(tenant);
    const known = deps.states.cached<IdentitiesState>(stream) !== undefined;
    const folded = await deps.states.load(identitiesDecider, stream);
    if (known) await deps.states.refresh(identitiesDecider, stream, folded);
    this.#looked.set(tenant, this.nowMs());
    if (folded.positions.length === folded.revision + 1) return folded;
    // A command's events are folded in while they are being appended; nobody is told of them before they are durable.
    const durable: Folded<IdentitiesState> = { state: initialIdentities(), revision: -1, answered: new Map(), positions: [] };
    await deps.states.refresh(identitiesDecider, stream, durable);
    return durable;
  }
}
