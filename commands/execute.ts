import type { Decider, Draft } from '../domain/decider.js';
import { CONTENT_PART, CUT_PART } from '../domain/record/content.js';
import { LedgerFault, reject } from '../domain/rejections.js';
import type { LedgerEvent } from '../schemas/catalogue.js';
import { type Envelope, envelop } from './envelope.js';
import type { Clock, Digest, EventStore, Ids, KeyRing } from './ports.js';
import type { Outcome, Receipt } from './request.js';
import { type Folded, fold, type States } from './states.js';

/** A decision to be made on one stream. `ring` seals what it brings; null when it brings nothing to seal. */
export interface Job<State, Command> {
  readonly decider: Decider<State, Command>;
  readonly command: Command;
  readonly envelope: Envelope;
  readonly ring: KeyRing | null;
  readonly expected: number | null;
  /** Of what it brings: bounds what goes into one append. */
  readonly sizeBytes: number;
}

// biome-ignore lint/suspicious/noExplicitAny: a lane holds jobs of one noun; which one is known only to whoever submits.
export type AnyJob = Job<any, any>;

export interface ExecuteDeps {
  readonly store: EventStore;
  readonly states: States;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly digest: Digest;
}

/** The first answer again. `position` is known when the event stood there before this batch. */
interface Repeated {
  readonly eventIds: readonly string[];
  readonly revision: number;
  readonly position: string | null;
}

type Plan = { readonly outcome: Outcome } | { readonly events: readonly LedgerEvent[] } | { readonly repeat: Repeated };

const RACES_AT_MOST = 25;

/**
 * THE write path: load → decide → seal → append, for all commands that wait on one stream. A lost race is decided
 * again on what the stream has become; a command with `If-Match` is then refused instead. All events of the batch are
 * one atomic append; each command is answered from it.
 */
export async function execute(deps: ExecuteDeps, stream: string, jobs: readonly AnyJob[]): Promise<readonly Outcome[]> {
  const decider = (jobs[0] as AnyJob).decider;
  for (let race = 0; race < RACES_AT_MOST; race++) {
    const known = deps.states.cached(stream) !== undefined;
    const folded = await deps.states.load(decider, stream);
    const before = folded.revision;
    try {
      const plans: Plan[] = [];
      for (const job of jobs) plans.push(await plan(deps, stream, folded, job, before));
      const events = plans.flatMap((made) => ('events' in made ? made.events : []));
      // A refusal may rest on a cached state that another process has moved on from: look before saying no.
      if (known && plans.some((made) => 'outcome' in made) && (await behind(deps, stream, before))) {
        deps.states.forget(stream);
        continue;
      }
      if (events.length === 0) return answer(deps, stream, plans, before, []);
      const result = await deps.store.append(stream, before === -1 ? 'none' : before, events);
      if (result.kind === 'appended') {
        for (const [index, position] of result.positions.entries()) folded.positions[before + 1 + index] = position;
        deps.states.keep(stream, folded);
        return answer(deps, stream, plans, before, result.positions);
      }
    } catch (fault) {
      deps.states.forget(stream);
      throw fault;
    }
    deps.states.forget(stream);
  }
  throw new LedgerFault('overloaded');
}

/** Decides one command on the state so far, and folds its events in, so that the next one in the batch sees them. */
async function plan(deps: ExecuteDeps, stream: string, folded: Folded<unknown>, job: AnyJob, before: number): Promise<Plan> {
  const { idempotency } = job.envelope;
  const answered = idempotency === null ? undefined : folded.answered.get(idempotency.key);
  if (answered !== undefined) {
    if (answered.fingerprint !== idempotency?.fingerprint) return { outcome: reject('idempotency-key-reused') };
    return { repeat: await repeatOf(deps, stream, folded, [...answered.eventIds], answered.revision, before) };
  }
  const decision = job.decider.decide(folded.state, job.command);
  if (decision.kind === 'rejected') return { outcome: decision };
  if (decision.kind === 'repeat') return { repeat: await repeatOf(deps, stream, folded, [decision.eventId], decision.revision, before) };
  // After the repeats: a blind retry of a command that was recorded is no lost update.
  if (job.expected !== null && job.expected !== folded.revision) return { outcome: reject('stale-revision') };
  const events: LedgerEvent[] = [];
  for (const draft of decision.drafts) {
    const event = await sealed(deps, stream, draft, job);
    fold(job.decider, folded, { event, revision: folded.revision + 1 });
    events.push(event);
  }
  return { events };
}

async function sealed(deps: ExecuteDeps, stream: string, draft: Draft, job: AnyJob): Promise<LedgerEvent> {
  const id = draft.id ?? deps.ids.next();
  if (draft.content === null) return envelop(deps, stream, id, draft, [], job.envelope);
  if (job.ring === null) throw new LedgerFault('keys-unavailable');
  const { ring } = job;
  const { scope, text, cut = [] } = draft.content;
  const clear = [{ name: CONTENT_PART, scope, text }, ...cut.map((part) => ({ name: CUT_PART, ...part }))];
  const parts = await Promise.all(clear.map(({ text: words, ...part }) => ring.seal({ stream, eventId: id, ...part }, words)));
  return envelop(deps, stream, id, draft, parts, job.envelope);
}

async function behind(deps: ExecuteDeps, stream: string, revision: number): Promise<boolean> {
  return (await deps.store.readStream(stream, { from: revision + 1, limit: 1 })).length > 0;
}

/** Looked up before anything is appended: afterwards nothing may fail that would make a recorded command look refused. */
async function repeatOf(
  deps: ExecuteDeps,
  stream: string,
  folded: Folded<unknown>,
  eventIds: readonly string[],
  revision: number,
  before: number,
): Promise<Repeated> {
  if (revision > before) return { eventIds, revision, position: null };
  const position = folded.positions[revision] ?? (await deps.store.readStream(stream, { from: revision, limit: 1 }))[0]?.position;
  if (position === undefined) throw new LedgerFault('store-unavailable');
  return { eventIds, revision, position };
}

function answer(deps: ExecuteDeps, stream: string, plans: readonly Plan[], before: number, positions: readonly string[]): Outcome[] {
  let next = 0;
  return plans.map((made) => {
    if ('outcome' in made) return made.outcome;
    if ('repeat' in made) {
      const { eventIds, revision, position } = made.repeat;
      const found = position ?? (positions[revision - before - 1] as string);
      return { kind: 'done', repeated: true, receipt: receipt(deps, stream, eventIds, revision, found) };
    }
    next += made.events.length;
    const eventIds = made.events.map((event) => event.id);
    return { kind: 'done', repeated: false, receipt: receipt(deps, stream, eventIds, before + next, positions[next - 1] as string) };
  });
}

function receipt(deps: ExecuteDeps, stream: string, eventIds: readonly string[], revision: number, position: string): Receipt {
  return { eventIds, stream, revision, position, logIndex: deps.store.logIndex(position) };
}
