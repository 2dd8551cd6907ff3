import type { Mask } from '../../schemas/phi/masking.js';
import type { JsonValue } from '../json/json-value.js';
import { shiftedDate, yearOf } from './dates.js';
import { encryptText, type Ff1Refusal } from './format-preserving.js';
import { zip3Of } from './geography.js';
import { partialOf } from './partial.js';
import type { MaskTools } from './tools.js';

/** What a mask left of a value: nothing where `value` is absent. */
export interface Masked {
  readonly value?: JsonValue;
  /** What was done, for readers who must not take the value for real. */
  readonly mark?: Mask['kind'];
  readonly refused?: Ff1Refusal | 'not-a-date' | 'not-a-zip' | 'not-a-text' | 'too-many-tokens';
}

const REDACTED: Masked = {};

/** One mask on one value. It never throws: what a mask cannot work on is redacted, and it says so. */
export function masked(mask: Mask, value: JsonValue, tools: MaskTools): Masked {
  if (mask.kind === 'keep') return { value };
  if (mask.kind === 'redact') return REDACTED;
  if (typeof value !== 'string') return { refused: 'not-a-text' };
  switch (mask.kind) {
    case 'partial':
      return { value: partialOf(value), mark: 'partial' };
    case 'scrub':
      return { value: tools.scrub(value), mark: 'scrub' };
    case 'generalise':
      return mask.to === 'year' ? orRefused(yearOf(value, tools.nowYear), 'not-a-date', mask.kind) : orRefused(zip3Of(value), 'not-a-zip', mask.kind);
    case 'shift':
      return orRefused(shiftedDate(value, tools.shiftDays), 'not-a-date', mask.kind);
    case 'tokenize':
      return orRefused(tools.tokenFor(value), 'too-many-tokens', mask.kind);
    case 'format-preserving': {
      const encrypted = encryptText(mask.as, value, tools.digits);
      return 'text' in encrypted ? { value: encrypted.text, mark: 'format-preserving' } : encrypted;
    }
  }
}

function orRefused(text: string | null, refused: NonNullable<Masked['refused']>, mark: Mask['kind']): Masked {
  return text === null ? { refused } : { value: text, mark };
}
