import { createHmac } from 'node:crypto';
import { digitCipher } from '../../adapters/masking/ff1.js';
import { hashedId } from '../../adapters/masking/pseudonym.js';
import { fhirShapes } from '../../adapters/masking/shapes.js';
import { NOTHING_KNOWN } from '../../domain/masking/known-texts.js';
import { scrubbed } from '../../domain/masking/scrub.js';
import type { MaskTools } from '../../domain/masking/tools.js';
import { scanText } from '../../domain/scanning/scan.js';

const shapes = fhirShapes();

/** Keyed hashes under a key that tests know. */
export function blindUnder(secret: string) {
  return { blind: (purpose: string, text: string) => createHmac('sha256', secret).update(`${purpose}\0${text}`).digest('base64url').slice(0, 22) };
}

/** What masks work with, for a patient of tests. */
export function maskTools(more: Partial<MaskTools> = {}): MaskTools {
  const ring = blindUnder('a secret of tests');
  return {
    shapes,
    digits: digitCipher(ring, 'tests'),
    shiftDays: -21,
    nowYear: 2026,
    known: NOTHING_KNOWN,
    pseudonym: '11111111-2222-3333-4444-555555555555',
    idFor: (id) => hashedId(ring, id),
    scrub: (text) => scrubbed(text, scanText(text)),
    tokenFor: (text) => `tok-${hashedId(ring, text)}`,
    ...more,
  };
}
