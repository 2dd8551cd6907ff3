/**
 * Canonical text of a business identifier, for a keyed hash. Systems are case-sensitive (R4 Identifier); of the value,
 * case and the separators people type are no difference, leading zeros are.
 */
export function identifierText(system: string, value: string): string {
  const compact = value
    .normalize('NFKC')
    .trim()
    .toUpperCase()
    .replace(/[\s.-]/g, '');
  return `${system.trim()}|${compact}`;
}

/** Values that stand for "none": two patients who share them share nothing. */
const PLACEHOLDER = /^(0+|9+|1234567890?|UNKNOWN|NONE|NA|N\/A|TEST|X{3,})$/;

/** The identifiers of a FHIR R4 Patient that can find it again: with system and value, not temporary, not old, no placeholder. */
export function searchableIdentifiers(patient: { readonly [member: string]: unknown }): string[] {
  const listed = Array.isArray(patient['identifier']) ? (patient['identifier'] as unknown[]) : [];
  const texts = new Set<string>();
  for (const entry of listed) {
    const { system, value, use } = (entry ?? {}) as { system?: unknown; value?: unknown; use?: unknown };
    if (typeof system !== 'string' || typeof value !== 'string' || use === 'temp' || use === 'old') continue;
    const text = identifierText(system, value);
    if (!PLACEHOLDER.test(text.slice(system.trim().length + 1))) texts.add(text);
  }
  return [...texts];
}
