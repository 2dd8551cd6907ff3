import { mayCommand } from '../domain/access/permissions.js';
import { type Rejection, reject } from '../domain/rejections.js';
import { sourceDecider, sourceStanding } from '../domain/sourcing/decide.js';
import { streams } from '../domain/streams.js';
import type { CommandDeps } from './deps.js';
import type { Caller } from './request.js';

/** May this caller send this command at all? */
export function permitted(caller: Caller, command: string): Rejection | null {
  return mayCommand(caller.actor.roles, command) ? null : reject('not-permitted');
}

/** How long a source's standing may be believed without looking: how late a suspension reaches the other ledgers of a cluster. */
const STANDING_BELIEVED_MS = 1000;

/** Looks up whether a source may write, at most once a second for each source. */
export class SourceStandings {
  readonly #looked = new Map<string, number>();
  readonly #looking = new Map<string, Promise<unknown>>();

  constructor(private readonly nowMs: () => number) {}

  /** The source that the caller speaks for, or why it may not: the token's subject is the source's id. */
  async speaker(deps: Pick<CommandDeps, 'states'>, caller: Caller): Promise<{ readonly sourceId: string } | Rejection> {
    const sourceId = caller.actor.subject;
    const stream = streams.source(caller.tenant, sourceId);
    const folded = await deps.states.load(sourceDecider, stream);
    const now = this.nowMs();
    const due = now - (this.#looked.get(stream) ?? 0) >= STANDING_BELIEVED_MS;
    // Who comes while somebody looks waits with them: a source's commands must not overtake each other.
    if (due || this.#looking.has(stream) || sourceStanding(folded.state) !== 'active')
      await this.#look(stream, () => deps.states.refresh(sourceDecider, stream, folded));
    const standing = sourceStanding(folded.state);
    return standing === 'active' ? { sourceId } : reject(standing);
  }

  #look(stream: string, refresh: () => Promise<unknown>): Promise<unknown> {
    const known = this.#looking.get(stream);
    if (known !== undefined) return known;
    const now = this.nowMs();
    const fresh = refresh().then(() => this.#looked.set(stream, now));
    const looking = fresh.finally(() => this.#looking.delete(stream));
    this.#looking.set(stream, looking);
    return looking;
  }
}
