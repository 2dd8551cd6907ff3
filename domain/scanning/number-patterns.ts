import { isCard, isDea, isMbi, isNhsNumber, isNpi, isSsn, isVin } from './check-digits.js';
import { before, judgement, onlyDigits, type Pattern } from './pattern.js';

/** Numbers that are known by their form and check digit, whatever stands around them. */
export const NUMBER_PATTERNS: readonly Pattern[] = [
  {
    expression: /(?<![\w.-])\d{3}([- ])\d{2}\1\d{4}(?![\w-])/g,
    judge: (value) => {
      if (!isSsn(onlyDigits(value))) return judgement('ssn', 'possible', 'ssn-form');
      return judgement('ssn', value.includes('-') ? 'certain' : 'likely', 'ssn');
    },
  },
  /** Masked by somebody already; the last four digits still tell people apart. */
  { expression: /(?<![\w-])[xX*]{3}-?[xX*]{2}-?(?<value>\d{4})(?![\w-])/g, judge: () => judgement('ssn', 'certain', 'ssn-last-four') },
  {
    expression: /(?<![\w.-])(?:\d{4}([ -])\d{4}\1\d{4}\1\d{4}|3\d{3}([ -])\d{6}\2\d{5}|\d{13,19})(?![\w-])/g,
    judge: (value) => (isCard(onlyDigits(value)) ? judgement('card', 'certain', 'card') : null),
  },
  {
    expression: /(?<![\w.-])(?:\d{10}|\d{3} \d{3} \d{4})(?![\w-])/g,
    judge: (value, match, text) => {
      const digits = onlyDigits(value);
      const label = before(match, text, 24);
      if (isNpi(digits) && !value.includes(' ')) return judgement('npi', /npi\W{0,8}$/i.test(label) ? 'certain' : 'likely', 'npi');
      if (!isNhsNumber(digits)) return null;
      if (/nhs\b.{0,12}$/i.test(label)) return judgement('nhs', 'certain', 'nhs-number');
      return judgement('nhs', value.includes(' ') ? 'likely' : 'possible', 'nhs-number');
    },
  },
  {
    expression: /(?<![\w-])[1-9][A-Za-z][A-Za-z\d]\d-?[A-Za-z][A-Za-z\d]\d-?[A-Za-z]{2}\d{2}(?![\w-])/g,
    judge: (value) => (isMbi(value.replaceAll('-', '').toUpperCase()) ? judgement('mbi', 'certain', 'mbi') : null),
  },
  {
    expression: /(?<![\w-])[A-Z][A-Z9]\d{7}(?![\w-])/g,
    judge: (value, match, text) => {
      if (!isDea(value)) return null;
      return judgement('dea', /dea\W{0,8}(?:number|no|#)?\W{0,4}$/i.test(before(match, text, 24)) ? 'certain' : 'likely', 'dea');
    },
  },
  { expression: /(?<![\w-])[A-HJ-NPR-Z\d]{17}(?![\w-])/g, judge: (value) => (isVin(value) ? judgement('vehicle', 'certain', 'vin') : null) },
];

/** The North American plan: neither area nor exchange begins with 0 or 1, and none is N11. */
const NORTH_AMERICAN = /^1?[2-9](?!11)\d{2}[2-9](?!11)\d{6}$/;

export const PHONE_PATTERNS: readonly Pattern[] = [
  {
    expression: /(?<![\w.-])(?:\+?1[-. ]?)?(?:\(\d{3}\) ?|\d{3}[-./ ])\d{3}[-. ]\d{4}(?: ?(?:ext|x)\.? ?\d{1,6})?(?![\w-])/gi,
    judge: (value) => {
      const [number = ''] = value.split(/e?x/i);
      const fits = NORTH_AMERICAN.test(onlyDigits(number));
      const blanksOnly = /^[\d ]+$/.test(number);
      if (!fits) return blanksOnly ? null : judgement('phone', 'likely', 'phone-form');
      return judgement('phone', blanksOnly ? 'likely' : 'certain', 'phone-north-american');
    },
  },
  {
    expression: /(?<!\w)\+[1-9][\d ().-]{6,20}\d(?!\w)/g,
    judge: (value) => (/^\d{8,15}$/.test(onlyDigits(value)) ? judgement('phone', 'certain', 'phone-international') : null),
  },
  {
    expression:
      /(?<!\w)(?:tele?phone|tel|phone|ph|cell|mobile|fax|pager|beeper|home|call(?:ed)?|reach(?:ed)?|sms)(?: (?:number|no|at|on|is))?[\s.:#=]{1,4}(?<value>\(?\d[\d ().-]{5,18}\d)(?!\w)/gi,
    judge: (value) => (/^\d{7,15}$/.test(onlyDigits(value)) ? judgement('phone', 'likely', 'phone-after-label') : null),
  },
];
