import { LedgerFault } from '../../domain/rejections.js';
import type { BlindPurpose, KeyRing, KeyUser, PartPlace } from '../../domain/rings.js';
import type { SealedPart } from '../../schemas/event.js';
import { isOpenScope } from '../../schemas/phi/scopes.js';
import type { OwnerKeys } from './owner-keys.js';
import type { KeyOperation, KeyUses } from './uses.js';

/** An owner's keys in the hands of one user, each use put down before it happens. `scopes`: what the user may open; null is all. */
export class UsedRing implements KeyRing {
  constructor(
    private readonly keys: OwnerKeys,
    private readonly user: KeyUser,
    private readonly uses: KeyUses,
    private readonly scopes: ReadonlySet<string> | null = null,
  ) {}

  seal(place: PartPlace, content: string): Promise<SealedPart> {
    this.#note('seal', this.keys.published(place.scope));
    return this.keys.seal(place, content);
  }

  async open(part: SealedPart, place: Pick<PartPlace, 'stream' | 'eventId'>): Promise<string> {
    if (!this.holds(part)) throw new LedgerFault('content-unreadable', { cause: new Error('of a scope that this reader has no key for') });
    this.#note('open', part.scope);
    try {
      return await this.keys.open(part, place);
    } catch (fault) {
      this.#note('failure', part.scope);
      throw fault;
    }
  }

  holds({ scope }: Pick<SealedPart, 'scope'>): boolean {
    if (this.scopes === null) return true;
    // Hashing every name that could be meant takes a millisecond: only where a name is hashed.
    return isOpenScope(scope) ? this.scopes.has(scope) : this.keys.heldBy(this.scopes).has(scope);
  }

  limitedTo(scopes: ReadonlySet<string>): KeyRing {
    const { scopes: held } = this;
    const both = held === null ? scopes : new Set([...scopes].filter((scope) => held.has(scope)));
    return new UsedRing(this.keys, this.user, this.uses, both);
  }

  blind(purpose: BlindPurpose, text: string): string {
    return this.keys.blind(purpose, text);
  }

  #note(operation: KeyOperation, scope: string): void {
    const { tenant, owner } = this.keys;
    this.uses.note({ tenant, owner, user: this.user, operation, scope });
  }
}
