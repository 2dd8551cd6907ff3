import { before, type Judgement, judgement, type Pattern } from './pattern.js';

const MONTHS = 'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?';
const YEAR = '(?:1[89]|20)\\d{2}';
/** A label that makes any date the one of a birth. */
const BIRTH = /(?:\bdob|\bd\.o\.b\.?|birth ?date|date of birth|\bborn(?: on)?|birthday)\W{0,6}$/i;
const DAY_WORD = /\b(?:on|since|from|until|till|by|dated?|before|after|seen|between|through|to)\W{0,2}$/i;

function dated(match: RegExpExecArray, text: string, otherwise: Judgement | null): Judgement | null {
  if (otherwise === null) return null;
  return BIRTH.test(before(match, text, 20)) ? judgement('date', 'certain', 'birth-date-after-label') : otherwise;
}

const full = judgement('date', 'certain', 'date');

/** 45 CFR 164.514(b)(2)(i)(C): every element of a date but the year. A year alone is no finding. */
export const DATE_PATTERNS: readonly Pattern[] = [
  {
    expression:
      /(?<![\d/.-])(\d{1,4})([-/.])(\d{1,2})\2(\d{2}|\d{4})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?![\d]|[-/]\d|\.\d)/g,
    judge: (_, match, text) => dated(match, text, numeric(...(match.slice(1) as [string, string, string, string]))),
  },
  {
    expression: new RegExp(`(?<![a-z])(?:${MONTHS})\\.? {0,2}\\d{1,2}(?:st|nd|rd|th)?(?:,? {0,2}(?:${YEAR})|,? '?\\d{2}(?![\\d:]))?(?![\\d-])`, 'gi'),
    judge: (value, match, text) => dated(match, text, dayAndMonth(value)),
  },
  {
    expression: new RegExp(`(?<![\\d.])\\d{1,2}(?:st|nd|rd|th)?[ -]{1,2}(?:of )?(?:${MONTHS})\\b\\.?(?:,?[ -]{1,2}(?:${YEAR}|\\d{2})(?![\\d:]))?`, 'gi'),
    judge: (value, match, text) => dated(match, text, dayAndMonth(value)),
  },
  {
    expression: new RegExp(`(?<![a-z])(?:${MONTHS})\\.?,? (?:of )?${YEAR}(?!\\d)`, 'gi'),
    judge: (_, match, text) => dated(match, text, judgement('date', 'certain', 'month-and-year')),
  },
  {
    expression: /(?<![\d/.-])(0?[1-9]|1[0-2])\/((?:1[89]|20)\d{2})(?![\d/])/g,
    judge: (_, match, text) => dated(match, text, judgement('date', 'likely', 'month-and-year')),
  },
  {
    expression: /(?<![\d/.-])(?:0?[1-9]|1[0-2])\/(?:0?[1-9]|[12]\d|3[01])(?![\d/-]|\.\d| ?(?:mm|of|weeks))/g,
    judge: (_, match, text) => {
      const likely = judgement('date', 'likely', 'day-and-month');
      const judged = dated(match, text, likely);
      return judged !== likely || DAY_WORD.test(before(match, text, 12)) ? judged : null;
    },
  },
  {
    expression: /(?<![\w.-])(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[0-2]\d[0-5]\d(?:[0-5]\d(?:\.\d{1,4})?)?(?:[+-]\d{4})?)?(?![\w-])/g,
    judge: (value, match, text) => dated(match, text, judgement('date', value.length > 8 ? 'certain' : 'likely', 'date-without-separators')),
  },
];

const isDay = (text: string): boolean => text.length <= 2 && Number(text) >= 1 && Number(text) <= 31;
const isMonth = (text: string): boolean => text.length <= 2 && Number(text) >= 1 && Number(text) <= 12;
const isYear = (text: string): boolean => /^(1[89]|20)\d{2}$/.test(text);

/** Year first (ISO 8601), month first (US), day first (elsewhere): one of them must fit. Two-digit years need two-digit company. */
function numeric(first: string, sign: string, second: string, third: string): Judgement | null {
  if (isYear(first)) return isMonth(second) && isDay(third) ? full : null;
  const ordered = (isMonth(first) && isDay(second)) || (isDay(first) && isMonth(second));
  if (!ordered) return null;
  if (isYear(third)) return full;
  if (third.length !== 2) return null;
  if (sign === '.' && (first.length !== 2 || second.length !== 2)) return null;
  return judgement('date', sign === '/' ? 'certain' : 'likely', 'date-with-short-year');
}

/** `May 3` with a capital or a year; `may 3` may be a verb. */
function dayAndMonth(value: string): Judgement | null {
  const [day] = /\d{1,2}/.exec(value) as RegExpExecArray;
  if (!isDay(day)) return null;
  if (/\d{4}$/.test(value)) return full;
  if (/^(?:may|mar|march|\d{1,2} (?:may|mar|march)) ?\d{0,2}$/.test(value)) return null;
  return judgement('date', 'likely', 'day-and-month');
}

/** 164.514(b)(2)(i)(C): ages over 89, and what gives them away. */
export const AGE_PATTERNS: readonly Pattern[] = [
  {
    expression: /(?<![\w.-])(?<age>9\d|1[0-2]\d)[ -]{0,2}(?:y\/o|y\.o\.|yo\b|yrs?\b|years?\b)/gi,
    judge: (_, match, text) => {
      const told = /(?:over|for|past|last|every|of|x|>|next|within) $/i.test(before(match, text, 8));
      const old = /^[ -]{0,2}(?:old|of age|male|female|man|woman|m\b|f\b|lady|gentleman)/i.test(
        text.slice(match.index + match[0].length, match.index + match[0].length + 12),
      );
      const shortForm = /y\/o|y\.o|yo$/i.test(match[0]);
      if (old || shortForm) return judgement('age-over-89', 'certain', 'age-over-89');
      return told ? null : judgement('age-over-89', 'likely', 'age-over-89');
    },
  },
  {
    expression: /(?<![a-z])(?:aged?|age is|age of|at the age of|turned|turning)[ :=]{1,3}(?<value>9\d|1[0-2]\d)(?![\w.%]|-\d)/gi,
    judge: () => judgement('age-over-89', 'likely', 'age-after-label'),
  },
];
