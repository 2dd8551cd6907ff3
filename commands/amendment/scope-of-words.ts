import { compositeScope, isOpenScope, RESTRICTED, SENSITIVE_SCOPES, type SensitiveScope, scopesWithin, sensitivitiesIn } from '../../schemas/phi/scopes.js';
import type { KeyRing, PublishedScope, Vault } from '../ports.js';

/**
 * The scope that words about something are sealed under: their category's, or all sensitivities that it is sealed under itself, so
 * that who may not have the one opened does not see the other.
 */
export async function scopeOfWords(vault: Vault, tenant: string, category: string, about: readonly PublishedScope[]): Promise<string> {
  const found: SensitiveScope[] = [];
  for (const { patientId, scope } of about) {
    if (isOpenScope(scope)) continue;
    const ring = await vault.patientRing(tenant, patientId);
    if (ring !== undefined) found.push(...sensitivitiesIn(nameOf(ring, scope)));
  }
  return found.length === 0 ? category : compositeScope(found);
}

/** A published scope is a keyed hash of one of some hundred names: whichever name alone opens it is the one. */
function nameOf(ring: KeyRing, scope: string): string {
  return [...scopesWithin(SENSITIVE_SCOPES)].find((name) => ring.limitedTo(new Set([name])).holds({ scope })) ?? RESTRICTED;
}
