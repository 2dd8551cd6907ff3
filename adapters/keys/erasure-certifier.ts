import { createHash } from 'node:crypto';
import type { CommandDeps } from '../../commands/deps.js';
import type { Clock } from '../../commands/ports.js';
import { changeDecider } from '../../domain/change-control/decide.js';
import { erasureDecider } from '../../domain/erasure/decide.js';
import type { EventReader } from '../../domain/log.js';
import { LedgerFault } from '../../domain/rejections.js';
import { streams } from '../../domain/streams.js';
import { KEPT_UNDER_TENANT_KEYS } from '../../projections/ports.js';
import type { EventOf, Recorded } from '../../schemas/catalogue.js';
import { type Certificate, ERASURE_REMAINS } from '../../schemas/events/patient-erased.js';
import { type EvidenceDeps, inputsOf, type Looked, lookForRemains } from './erasure-evidence.js';
import { following, type Submit } from './ledger-voice.js';

type Ordered = EventOf<'erasure-ordered'>;

export interface CertifierDeps extends EvidenceDeps {
  readonly log: EventReader;
  readonly states: CommandDeps['states'];
  readonly submit: Submit;
  readonly clock: Clock;
  readonly keyBackupDays: number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly onFault: (fault: unknown) => void;
  /** Told when an order cannot be certified yet, and what is missing. */
  readonly onMissing?: (orderId: string, missing: readonly string[]) => void;
}

const CURSOR = 'erasure-certificates';
const PAGE = 200;
const MODEL_WITHIN_MS = 2000;
const AGAIN_AT_FIRST_MS = 200;
const AGAIN_AT_MOST_MS = 30_000;
const DAY_MS = 86_400_000;

/**
 * Follows each order to its certificate, which is written when nothing of the patient is found anywhere any more, and not before.
 * An order that has to wait holds up no other; whoever is killed in the middle begins again with all that have none.
 */
export class ErasureCertifier {
  readonly #stopping = new AbortController();
  #waking = new AbortController();
  #running: Promise<void> | undefined;
  /** Where the last round ended; the key store keeps it less often, since a quiet log is not written about. */
  #through: string | null = null;

  constructor(private readonly deps: CertifierDeps) {}

  start(): void {
    this.#running = this.#run();
  }

  /** Something may have changed: look now. */
  wake(): void {
    this.#waking.abort();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#running;
  }

  /** Looks at every order without a certificate once; true when none is left. */
  async round(): Promise<boolean> {
    const { log, keyStore } = this.deps;
    let waiting = false;
    let after = this.#through ?? (await keyStore.cursor(CURSOR));
    for (let more = true; more; ) {
      const page = await log.readAll({ after, limit: PAGE, types: ['erasure-ordered'] });
      for (const recorded of page.events) {
        if (this.#stopping.signal.aborted) return false;
        if (!(await this.#certified(recorded as Recorded<Ordered>))) waiting = true;
      }
      if (page.through === null) break;
      after = page.through;
      more = !page.end;
      // Once one has to wait, the next round begins with it again.
      if (!waiting) {
        if (page.events.length > 0 || this.#through === null) await keyStore.keepCursor(CURSOR, after);
        this.#through = after;
      }
    }
    return !waiting;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let wait = AGAIN_AT_FIRST_MS; !signal.aborted; ) {
      this.#waking = new AbortController();
      const done = await this.#attempt();
      wait = done ? AGAIN_AT_FIRST_MS : Math.min(wait * 2, AGAIN_AT_MOST_MS);
      if (!signal.aborted) await this.deps.sleep(done ? AGAIN_AT_MOST_MS : wait, AbortSignal.any([signal, this.#waking.signal]));
    }
  }

  async #attempt(): Promise<boolean> {
    try {
      return await this.round();
    } catch (fault) {
      this.deps.onFault(fault);
      return false;
    }
  }

  /** False while something is missing. */
  async #certified(recorded: Recorded<Ordered>): Promise<boolean> {
    const { event, position } = recorded;
    const { tenant, data } = event;
    const { patientId } = data;
    const stream = streams.erasure(tenant, patientId);
    const folded = await this.deps.states.load(erasureDecider, stream);
    await this.deps.states.refresh(erasureDecider, stream, folded);
    // Of two orders, written at once by processes that did not see each other, the first is carried out.
    if (folded.state.erased !== null || folded.state.order?.eventId !== event.id) return true;
    const looked = await lookForRemains(this.deps, { tenant, patientId, inputs: inputsOf(data), orderPosition: position }, MODEL_WITHIN_MS);
    const missing = looked.missing.length > 0 ? looked.missing : await this.#unpurged();
    if (missing.length > 0) {
      this.deps.onMissing?.(event.id, missing);
      return false;
    }
    const certificate = await this.#certificate(recorded, looked);
    const outcome = await this.deps.submit(stream, following(event, erasureDecider, { name: 'certify', eventId: certificateId(event.id), certificate }));
    if (outcome.kind === 'rejected') throw new LedgerFault('internal');
    return true;
  }

  /** Rows that are gone may still be read from the pages of a file; of these rows no key has to be known to match a guess. */
  async #unpurged(): Promise<string[]> {
    const done = await Promise.all(KEPT_UNDER_TENANT_KEYS.map((model) => this.deps.models.purge(model)));
    return KEPT_UNDER_TENANT_KEYS.filter((_, nth) => done[nth] === false).map((model) => `read-model-${model}`);
  }

  async #certificate({ event, position }: Recorded<Ordered>, { evidence }: Looked): Promise<Certificate> {
    const { patientId, ground, requestedBy, keys, approval, quarantine } = event.data;
    const verifiedAt = this.deps.clock.now();
    return {
      ...{ patientId, orderId: event.id, ground, requestedBy, keys },
      ...(await this.#people(event.tenant, approval, event.actor.subject)),
      method: 'cryptographic-erase-aes-256',
      evidence: [...evidence],
      orderedAt: event.recordedAt,
      verifiedAt,
      orderPosition: position,
      verifiedThrough: (await this.deps.log.head()) as string,
      remains: remainsOf(quarantine),
      quarantine: leftOf(quarantine),
      irrecoverableAfter: new Date(Date.parse(verifiedAt) + this.deps.keyBackupDays * DAY_MS).toISOString(),
    };
  }

  /** The order's own actor is whoever gave it its force: of a change that is the second person. */
  async #people(tenant: string, approval: string | null, actor: string): Promise<Pick<Certificate, 'orderedBy' | 'approvedBy'>> {
    if (approval === null) return { orderedBy: actor, approvedBy: null };
    const { state } = await this.deps.states.load(changeDecider, streams.change(tenant, approval));
    // An erasure is never an emergency: two people have agreed before it is carried out.
    const { proposal, approval: given } = state as { proposal: { subject: string }; approval: { subject: string } };
    return { orderedBy: proposal.subject, approvedBy: given.subject };
  }
}

/** Of an order from before refused lines were looked at, all of them may be about the patient. */
function remainsOf(quarantine: Ordered['data']['quarantine']): Certificate['remains'] {
  const { underTenantKeys, unattributed } = quarantine ?? { underTenantKeys: 1, unattributed: 1 };
  const isThere = (what: (typeof ERASURE_REMAINS)[number]) =>
    what === 'quarantined-input-under-tenant-keys' ? underTenantKeys > 0 : what !== 'unattributed-quarantined-input' || unattributed > 0;
  return ERASURE_REMAINS.filter(isThere);
}

function leftOf(quarantine: Ordered['data']['quarantine']): Certificate['quarantine'] {
  if (quarantine === null) return null;
  const { inputs, ...left } = quarantine;
  return { destroyed: inputs.length, ...left };
}

/** The same for an order whoever writes it: two processes, or one that was killed before it knew, write one certificate. */
export function certificateId(orderId: string): string {
  const hex = createHash('sha256').update(`patient-erased|${orderId}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}
