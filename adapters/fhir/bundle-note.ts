import type { NoteJson } from '../../projections/reading/amendment-notes.js';
import { nameBasedUuid, uuidUrl } from './bundle-urls.js';

/**
 * What a disclosure of a disputed fact brings with it (45 CFR 164.526(d)(5)), as a FHIR R4 Communication about its entry. A
 * document that may not be opened is named and not shown.
 */
export function noteEntry({ amendmentId, accepted, denied, material }: NoteJson, factId: string, about: string): string {
  const words = [
    ...(accepted === null ? [] : [`The amendment was accepted (${accepted.extent}) on ${accepted.at}.${madeBy(accepted.corrections)}`]),
    ...(denied === null ? [] : [`The amendment was denied on ${denied.at} (${denied.basis}).`]),
    ...material.map(({ document, at, text, unreadable }) => `${document}, ${at}: ${text ?? (unreadable === true ? 'cannot be opened' : 'sealed')}`),
  ];
  const communication = {
    resourceType: 'Communication',
    identifier: [{ system: 'urn:ietf:rfc:3986', value: uuidUrl(amendmentId) }],
    status: 'completed',
    category: [{ text: 'Request for amendment (45 CFR 164.526)' }],
    about: [{ reference: about }],
    payload: words.map((contentString) => ({ contentString })),
  };
  return JSON.stringify({ fullUrl: uuidUrl(nameBasedUuid(amendmentId, factId)), resource: communication });
}

function madeBy(corrections: readonly string[]): string {
  return corrections.length === 0 ? '' : ` Corrected by ${corrections.join(', ')}.`;
}
