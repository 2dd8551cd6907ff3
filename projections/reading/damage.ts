import type { Unreadable, UnreadableCode } from '../../domain/record/unreadable.js';

/** What an answer says in the place of content that nobody can open: why, and in which stream it lies. */
export interface DamageSaid {
  readonly unreadable?: true;
  readonly code?: UnreadableCode;
  readonly stream?: string;
}

export function damageOf(unreadable: Unreadable | undefined): DamageSaid {
  return unreadable === undefined ? {} : { unreadable: true, code: unreadable.code, stream: unreadable.stream };
}

/** What the whole answer says: how many events of it could not be opened. Nothing, where it is whole. */
export function incompleteOf(unreadable: readonly Unreadable[]): { readonly incomplete?: { readonly unreadable: number } } {
  return unreadable.length === 0 ? {} : { incomplete: { unreadable: new Set(unreadable.map(({ eventId }) => eventId)).size } };
}
