import type { DesignateSystemOfRecord } from '../../schemas/commands/designate-system-of-record.js';
import { codeRangeText } from '../identity/code-texts.js';
import { ELEMENTS } from '../identity/statements.js';
import type { Issue } from '../rejections.js';

/** A scope as a steward wrote it, with its codes in clear. */
export type AskedScope = DesignateSystemOfRecord['scope'];

/** Why a scope could never fit a fact, or would say more than anybody may know; null when nothing is wrong with it. */
export function scopeFault({ patientId, codes, category, element }: AskedScope): Issue | null {
  // Codes are kept as hashes under a patient's own key: for all patients at once there is no such key.
  if (codes !== undefined && patientId === undefined) return { pointer: '/scope/codes', rule: 'patient-named' };
  if (codes !== undefined && (element !== undefined || category === 'demographics')) return { pointer: '/scope/codes', rule: 'clinical-category' };
  const weak = (codes ?? []).findIndex((range) => codeRangeText(range) === null);
  if (weak !== -1)
    return { pointer: `/scope/codes/${weak}`, rule: 'code-or-prefix', expected: 'a code that is specific, or a prefix of a hierarchical system' };
  if (element !== undefined && category !== undefined && category !== 'demographics') return { pointer: '/scope/element', rule: 'demographics-only' };
  if (element !== undefined && !ELEMENTS.has(element))
    return { pointer: '/scope/element', rule: 'demographic-element', expected: [...ELEMENTS.keys()].join(', ') };
  return null;
}

/** The ranges of a scope that has no fault, as canonical texts: sorted, each once. Plain, so they may be PHI. */
export function codeTextsOf({ codes }: AskedScope): string[] | null {
  if (codes === undefined) return null;
  const texts = codes.map(codeRangeText).filter((text) => text !== null);
  return [...new Set(texts)].sort();
}
